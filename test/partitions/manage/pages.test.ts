// `GET backup` and `GET coverage`: a block is a page of another partition, and a backup is one
// series. @source RFC 7959 section 2.4

import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { Operation } from "../../../firmware/ipc/operation";
import { Book, Page, PageAsk, PageResult, PageSize } from "../../../firmware/ipc/page";
import { Party } from "../../../firmware/ipc/party";
import { readU16, readU32 } from "../../../firmware/wire/little-endian";
import { type Asked, optionOf } from "../../session/peer";
import { ManagementHub } from "./hub";

const GET = 1;
const PUT = 3;
const SZX_128 = 3;
const block = (number: number, szx = SZX_128): number => number * 16 + szx;

/** The first request after a start must prove that it is fresh. */
function get(hub: ManagementHub, path: string, options: Record<string, number> = {}): Asked {
  const asked = hub.peer.ask(GET, path, options);
  hub.bench.advance(10);
  const inner = asked.outcomes[0]?.inner;
  const echo = inner === undefined ? undefined : optionOf(inner, "252");
  return echo === undefined ? asked : hub.peer.ask(GET, path, { ...options, Echo: echo });
}

function asks(hub: ManagementHub, of: Party = Party.FIREWALL): Uint8Array[] {
  hub.bench.advance(10);
  return hub.told(of, Operation.PAGE_ASK);
}

function answer(hub: ManagementHub, result: PageResult, from: Party = Party.FIREWALL): void {
  const question = asks(hub, from).at(-1)!;
  const page = new Uint8Array(Page.LENGTH).fill(0x5a, Page.DATA);
  page[0] = Operation.PAGE;
  page[Page.RESULT] = result;
  page.set(question.subarray(PageAsk.REFERENCE, PageAsk.REFERENCE + 2), Page.REFERENCE);
  hub.bench.say(from, Party.MANAGE, page);
}

describe("a backup", () => {
  test("is read block by block, from each owner in turn, as one series", () => {
    const hub = new ManagementHub();
    const first = get(hub, "backup");
    answer(hub, PageResult.OK);
    expect(hub.code(first)).toBe("2.05");
    const { payload, options } = first.outcomes.at(-1)!.inner!;
    expect(payload).toEqual(Buffer.alloc(PageSize.PAGE, 0x5a));
    const value = (name: string): number =>
      optionOf({ code: "", options, payload }, name)!.readUIntBE(0, 1);
    expect(value("Content-Format")).toBe(63);
    expect(value("Block2")).toBe(8 + SZX_128);
    const places: [number, Party, Book, number][] = [
      [PageSize.CREDENTIALS, Party.FIREWALL, Book.NETWORK, 0],
      [PageSize.CREDENTIALS + PageSize.NETWORK, Party.TRUST, Book.GRANTS, 0],
      [PageSize.BACKUP - 1, Party.TRUST, Book.GRANTS, PageSize.GRANTS - 1],
    ];
    const series = asks(hub)[0]!.subarray(PageAsk.SERIES);
    expect(readU32(series, 0)).toBeGreaterThan(1_700_000_000);
    for (const [number, party, book, inBook] of places) {
      const asked = get(hub, "backup", { Block2: block(number) });
      const question = asks(hub, party).at(-1)!;
      expect([question[PageAsk.BOOK], readU16(question, PageAsk.NUMBER)]).toEqual([book, inBook]);
      expect(question.subarray(PageAsk.SERIES)).toEqual(series);
      answer(hub, PageResult.OK, party);
      expect(hub.code(asked)).toBe("2.05");
    }
    // The first block begins another series, and is audited.
    get(hub, "backup", { Block2: block(0) });
    expect(asks(hub).at(-1)!.subarray(PageAsk.SERIES)).not.toEqual(series);
    const lines = hub.told(Party.AUDIT, Operation.AUDIT_EVENT);
    expect(lines.filter((line) => line[1] === AuditCode.BACKUP_READ)).toHaveLength(2);
  });

  test("is refused where it cannot be had", () => {
    const hub = new ManagementHub();
    const code = (options: Record<string, number>, path = "backup"): string | undefined =>
      hub.code(get(hub, path, options));
    expect(code({ Block2: block(1) })).toBe("4.08");
    expect(code({ Block2: block(0, 2) })).toBe("4.02");
    expect(code({ Block2: block(PageSize.BACKUP) })).toBe("4.00");
    expect(code({ Block2: block(PageSize.COVERAGE) }, "coverage")).toBe("4.00");
    expect(code({ Accept: 60 })).toBe("4.06");
    expect(hub.code(hub.ask(PUT, "backup", Uint8Array.of(0)))).toBe("4.05");
    expect(asks(hub)).toEqual([]);
  });

  test.each([
    [PageResult.NO_KEY, "4.04"],
    [PageResult.NOT_NOW, "5.03"],
  ])("that its owner cannot seal, %i, is answered %s", (result, code) => {
    const hub = new ManagementHub();
    const asked = get(hub, "backup");
    answer(hub, result);
    expect(hub.code(asked)).toBe(code);
  });

  test("of which a block is still awaited is answered 5.03, and so is silence or a death", () => {
    const hub = new ManagementHub();
    const first = get(hub, "backup");
    expect(asks(hub)).toHaveLength(1);
    expect(hub.code(get(hub, "coverage"))).toBe("5.03");
    hub.bench.advance(4_000);
    expect(hub.code(first)).toBe("5.03");
    const second = get(hub, "coverage");
    expect(asks(hub)).toHaveLength(2);
    hub.manage.peerRestarted(hub.bench.now, Party.FIREWALL);
    expect(hub.code(second)).toBe("5.03");
    // An answer that comes after all is nobody's.
    answer(hub, PageResult.OK);
    expect(hub.code(second)).toBe("5.03");
  });
});
