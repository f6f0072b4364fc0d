// Commands from a file, and whether their answers come back exactly.

import { Encoder } from "cbor-x";
import { beforeEach, describe, expect, it } from "vitest";
import { type ExchangePair, ExchangeRun } from "../../../host-sim/head-end/exchange-run";
import { HeadEnd, type HeadEndContext } from "../../../host-sim/head-end/head-end";
import { NO_CHANCE } from "./chance";
import { type Given, keysOf, ScriptedHub } from "./scripted-hub";

const METER = "70b3d52b60000001";
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
const pair = (name: string): ExchangePair => ({
  name,
  to: "electricity-meter",
  command: Buffer.from(`command ${name}`),
  response: Buffer.from(`response ${name}`),
});
const accepted = (messageId: number): Given => ({
  code: "2.01",
  payload: Buffer.from(encoder.encode(new Map([[0, messageId]]))),
});

let hub: ScriptedHub;
let run: ExchangeRun;

beforeEach(() => {
  hub = new ScriptedHub(keysOf(1));
  let sequence = 0;
  const context: HeadEndContext = {
    name: "supplier",
    kind: "provider",
    keys: keysOf(1),
    takeSequence: () => sequence++,
    fresh: true,
  };
  const send = (_peer: Uint8Array, datagram: Buffer): void => hub.receive(datagram);
  const head = new HeadEnd([context], NO_CHANCE, () => 0, send, {});
  hub.head = head;
  hub.ask("0.02", "readings");
  run = new ExchangeRun(head, "supplier", [pair("a"), pair("b")], () => METER);
});

const answer = (messageId: number | undefined, text: string, context = "supplier"): void =>
  run.message(hub.now, { context, eui64: METER, messageId, bytes: Buffer.from(text) });
const fate = (messageId: number, result: number): void =>
  run.fate(hub.now, { context: "supplier", messageId, result });
const outcomes = () => run.outcomes.map(({ name, exact, why }) => [name, exact, why]);

describe("a run of exchanges", () => {
  it("sends one command after the answer to the one before, and counts the exact ones", () => {
    hub.script.push(accepted(1), accepted(2));
    run.start(0);
    expect(hub.asked.map(({ payload }) => payload.toString())).toEqual(["command a"]);
    answer(1, "response a");
    expect(hub.asked).toHaveLength(2);
    answer(2, "another response");
    expect(outcomes()).toEqual([
      ["a", true, ""],
      ["b", false, "the answer differs"],
    ]);
    expect([run.done, run.sent, run.exact]).toEqual([true, 2, 1]);
    expect(run.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("heeds no answer to another message, to none, or in another context", () => {
    hub.script.push(accepted(1));
    run.start(0);
    answer(7, "response a");
    answer(undefined, "response a");
    answer(1, "response a", "operator");
    expect(outcomes()).toEqual([]);
  });

  it("tries again after 15 s what was refused, and gives up after 20 tries", () => {
    hub.script.push({ code: "5.03" });
    run.start(0);
    expect(run.dueAt()).toBe(15_000);
    hub.script.push(...Array.from({ length: 19 }, () => ({ code: "4.03" })), accepted(2));
    for (let now = 0; now <= 19 * 15_000; now += 15_000) {
      hub.now = now;
      run.tick(now);
    }
    expect(outcomes()).toEqual([["a", false, "refused with 4.03"]]);
    expect(run.sent).toBe(1);
  });

  it("takes 2.01 without a message ID for no acceptance", () => {
    hub.script.push({ code: "2.01" }, accepted(2));
    run.start(0);
    expect(run.sent).toBe(0);
    run.tick(15_000);
    expect(run.sent).toBe(1);
  });

  it.each([
    [2, "it expired before the device fetched it"],
    [3, "the device did not take it"],
    [4, "the device had it and did not answer"],
  ])("ends an exchange with fate %i, and goes on", (result, why) => {
    hub.script.push(accepted(1), accepted(2));
    run.start(0);
    fate(1, 1);
    fate(9, result);
    expect(outcomes()).toEqual([]);
    fate(1, result);
    expect(outcomes()).toEqual([["a", false, why]]);
    expect(hub.asked).toHaveLength(2);
  });

  it("gives up an answer after two hours", () => {
    hub.script.push(accepted(1), accepted(2));
    run.start(0);
    expect(run.dueAt()).toBe(7_200_000);
    run.tick(7_200_000);
    expect(outcomes()).toEqual([["a", false, "no answer came"]]);
  });

  it("takes an answer that overtakes the receipt, and a fate that does", () => {
    hub.script.push(undefined, undefined);
    run.start(0);
    answer(1, "response a");
    expect(outcomes()).toEqual([]);
    hub.receipt(accepted(1));
    expect(outcomes()).toEqual([["a", true, ""]]);
    fate(2, 3);
    hub.receipt(accepted(2));
    expect(outcomes()[1]).toEqual(["b", false, "the device did not take it"]);
  });
});
