// Pages of a backup and of the coverage pass one at a time, from their owner alone.

import { describe, expect, it } from "vitest";
import { Operation } from "../../../firmware/ipc/operation";
import { Book, Page, PageAsk, PageSize } from "../../../firmware/ipc/page";
import { Party } from "../../../firmware/ipc/party";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { writeU16 } from "../../../firmware/wire/little-endian";
import { FirewallBench } from "./fixture";

function ask(book: number, number: number, reference = 5): Uint8Array {
  const message = new Uint8Array(PageAsk.LENGTH);
  message[0] = Operation.PAGE_ASK;
  message[PageAsk.BOOK] = book;
  writeU16(message, PageAsk.REFERENCE, reference);
  writeU16(message, PageAsk.NUMBER, number);
  return message;
}

function page(book: number, reference = 5): Uint8Array {
  const message = new Uint8Array(Page.LENGTH).fill(0xa5);
  message[0] = Operation.PAGE;
  message[Page.BOOK] = book;
  writeU16(message, Page.REFERENCE, reference);
  return message;
}

describe("firewall, pages", () => {
  it.each([
    ["credentials", Book.CREDENTIALS, Party.ACCESS],
    ["network", Book.NETWORK, Party.HAN],
    ["coverage", Book.COVERAGE, Party.HAN],
  ])("passes a question for %s to its owner, and the page back as it is", (_, book, owner) => {
    const bench = new FirewallBench();
    const question = ask(book, 1);
    expect(bench.say(Party.MANAGE, question)).toMatchObject([{ to: owner, bytes: question }]);
    const answer = page(book);
    expect(bench.say(owner, answer)).toMatchObject([{ to: Party.MANAGE, bytes: answer }]);
  });

  it.each([
    ["a page behind the last", ask(Book.CREDENTIALS, PageSize.CREDENTIALS)],
    ["a book of another side", ask(Book.GRANTS, 0)],
    ["no book", ask(Book.COUNT, 0)],
  ])("refuses a question for %s", (_, question) => {
    const bench = new FirewallBench();
    expect(bench.say(Party.MANAGE, question)).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.MALFORMED]).toBe(1);
  });

  it("refuses a second question before the first is answered", () => {
    const bench = new FirewallBench();
    bench.say(Party.MANAGE, ask(Book.NETWORK, 0));
    expect(bench.say(Party.MANAGE, ask(Book.NETWORK, 1, 6))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.NO_ROOM]).toBe(1);
  });

  it("refuses a page that nobody asked for, of another book, by another, or once more", () => {
    const bench = new FirewallBench();
    expect(bench.say(Party.HAN, page(Book.NETWORK))).toEqual([]);
    bench.say(Party.MANAGE, ask(Book.NETWORK, 0));
    expect(bench.say(Party.HAN, page(Book.NETWORK, 6))).toEqual([]);
    expect(bench.say(Party.HAN, page(Book.COVERAGE))).toEqual([]);
    expect(bench.say(Party.ACCESS, page(Book.NETWORK))).toEqual([]);
    expect(bench.say(Party.HAN, page(Book.NETWORK))).toHaveLength(1);
    expect(bench.say(Party.HAN, page(Book.NETWORK))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(5);
  });

  it("gives a question up when its owner is silent or dies", () => {
    const bench = new FirewallBench();
    const { pages } = bench.firewall;
    bench.say(Party.MANAGE, ask(Book.NETWORK, 0));
    expect(pages.dueAt()).toBeLessThan(Number.POSITIVE_INFINITY);
    bench.firewall.tick(pages.dueAt());
    expect(pages.dueAt()).toBe(Number.POSITIVE_INFINITY);
    bench.say(Party.MANAGE, ask(Book.CREDENTIALS, 0));
    bench.firewall.peerRestarted(bench.now, Party.HAN);
    expect(pages.dueAt()).toBeLessThan(Number.POSITIVE_INFINITY);
    bench.firewall.peerRestarted(bench.now, Party.ACCESS);
    expect(pages.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });
});
