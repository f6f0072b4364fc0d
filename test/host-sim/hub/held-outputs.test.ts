// What a hub puts out while its processor is at work leaves at the end of that work: nothing
// before, all of it in its order, and nothing at all when the power goes.

import { describe, expect, test } from "vitest";
import type { Board, FlashChip } from "../../../firmware/kernel/board";
import type { DatagramLink } from "../../../hal/datagram";
import { FlashOperation } from "../../../hal/flash";
import type { Radio } from "../../../hal/radio";
import { Sent } from "../../../hal/sent";
import { HeldOutputs } from "../../../host-sim/hub/held-outputs";

const ROOM = 10;

function desk(isHolding: boolean) {
  const left: string[] = [];
  const link = (name: string): DatagramLink => ({
    peer: new Uint8Array(18),
    send: (bytes, length) => {
      left.push(`${name} ${bytes.slice(0, length).join(" ")}`);
      return Sent.OK;
    },
  });
  const radio: Radio = {
    ...link("radio"),
    reset: () => left.push("reset"),
  };
  const busy = new Set<number>();
  const outputs = new HeldOutputs({
    radio: (length, ahead) => length + ahead <= ROOM,
    flash: (region) => !busy.has(region),
  });
  outputs.isHolding = isHolding;
  const devices = { radio, "management-link": link("wan"), "application-link": link("app") };
  const flash: FlashChip = {
    submit: (region, operation, offset, bytes, start, length) => {
      const written = operation === FlashOperation.WRITE;
      const text = written ? bytes.slice(start, start + length).join(" ") : length;
      left.push(`flash ${region} at ${offset}: ${text}`);
      return Sent.OK;
    },
  };
  const board = outputs.around({ devices, flash } as unknown as Board);
  return { left, busy, outputs, flash: board.flash, ...lines(board) };
}

function lines(board: Board) {
  const { devices } = board;
  return { radio: devices.radio as Radio, wan: devices["management-link"] as DatagramLink };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("outputs that are held", () => {
  test("leave when they are let go, in their order, as they were", () => {
    const { left, outputs, radio, wan, flash } = desk(true);
    const buffer = bytes(1, 2, 3);
    expect(radio.send(buffer, 2)).toBe(Sent.OK);
    expect(wan.send(buffer, 3)).toBe(Sent.OK);
    radio.reset();
    expect(flash.submit(4, FlashOperation.WRITE, 256, buffer, 1, 2)).toBe(Sent.OK);
    expect(flash.submit(5, FlashOperation.READ, 0, buffer, 0, 16)).toBe(Sent.OK);
    buffer.fill(0);
    expect(left).toEqual([]);
    outputs.release();
    const expected = ["radio 1 2", "wan 1 2 3", "reset", "flash 4 at 256: 2 3", "flash 5 at 0: 16"];
    expect(left).toEqual(expected);
    outputs.release();
    expect(left).toEqual(expected);
  });

  test("find the line full behind what waits already", () => {
    const { outputs, radio } = desk(true);
    expect(radio.send(bytes(1), ROOM - 1)).toBe(Sent.OK);
    expect(radio.send(bytes(1, 2), 2)).toBe(Sent.FULL);
    expect(radio.send(bytes(1), 1)).toBe(Sent.OK);
    outputs.release();
    expect(radio.send(bytes(1, 2), 2)).toBe(Sent.OK);
  });

  test("find a region busy that has an operation waiting or under way", () => {
    const { busy, outputs, flash } = desk(true);
    const erase = (region: number) => flash.submit(region, FlashOperation.ERASE, 0, bytes(), 0, 0);
    expect(erase(1)).toBe(Sent.OK);
    expect(erase(1)).toBe(Sent.FULL);
    outputs.release();
    expect(erase(1)).toBe(Sent.OK);
    busy.add(2);
    expect(erase(2)).toBe(Sent.FULL);
  });

  test("never leave when the power goes", () => {
    const { left, outputs, radio, wan } = desk(true);
    radio.send(bytes(1), 1);
    wan.send(bytes(1), 1);
    outputs.forget();
    outputs.release();
    expect(left).toEqual([]);
  });

  test("leave at once from a hub whose calls take no time", () => {
    const { left, radio, flash } = desk(false);
    radio.send(bytes(7), 1);
    radio.reset();
    flash.submit(1, FlashOperation.WRITE, 0, bytes(8), 0, 1);
    expect(left).toEqual(["radio 7", "reset", "flash 1 at 0: 8"]);
  });
});
