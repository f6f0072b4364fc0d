import { describe, expect, test } from "vitest";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../../firmware/ipc/mirror";
import { Operation } from "../../../firmware/ipc/operation";
import { Commodity } from "../../../firmware/ipc/reading";
import { readU16, writeU16, writeU32, writeU48 } from "../../../firmware/wire/little-endian";
import { type Asked, optionOf, uintOf } from "../../session/peer";
import { ProviderHub } from "./hub";
import { eui64, eui64Text, reading } from "./messages";
import { resolve } from "./senml";

const GET = 1;
const PATH = `devices/${eui64Text(2)}/mirror`;
const T = 1_790_000_000;

function mirrorSays(hub: ProviderHub, status: MirrorStatus, value = 5000): void {
  const question = hub.toFirewall(Operation.MIRROR_READ).at(-1)!;
  const message = new Uint8Array(MirrorValue.LENGTH);
  message[0] = Operation.MIRROR_VALUE;
  message[MirrorValue.STATUS] = status;
  writeU16(message, MirrorValue.REFERENCE, readU16(question, MirrorRead.REFERENCE));
  message.set(eui64(2), MirrorValue.EUI64);
  writeU32(message, MirrorValue.METER_TIME, T);
  writeU48(message, MirrorValue.VALUE, value);
  hub.fromFirewall(message);
}

function gas(hub: ProviderHub, time: number, value: number): void {
  hub.fromFirewall(reading({ reference: 1, time, value, meter: 2, commodity: Commodity.GAS }));
  hub.bench.advance(100);
}

function values(asked: Asked): number[] {
  return asked.outcomes.flatMap((one) => resolve(one.inner!.payload).map((record) => record.value));
}

function observed(): { hub: ProviderHub; asked: Asked } {
  const hub = new ProviderHub().ready();
  const asked = hub.supplier.ask(GET, PATH, { Observe: 0 });
  mirrorSays(hub, MirrorStatus.OK);
  hub.bench.advance(10);
  return { hub, asked };
}

describe("the mirror", () => {
  test("is answered with value and meter time together", () => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(GET, PATH, { Accept: 112 });
    mirrorSays(hub, MirrorStatus.OK);
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("2.05");
    expect(resolve(asked.outcomes[0]!.inner!.payload)).toEqual([
      { name: `urn:dev:mac:${eui64Text(2)}_gas`, unit: "m3", value: 5, time: T },
    ]);
  });

  test.each([
    [MirrorStatus.NO_VALUE, "4.04"],
    [MirrorStatus.UNKNOWN_METER, "4.04"],
    [MirrorStatus.NO_GRANT, "4.03"],
    [MirrorStatus.BUSY, "5.03"],
  ])("status %i is answered %s", (status, code) => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(GET, PATH, { Observe: 0 });
    mirrorSays(hub, status);
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe(code);
    expect(optionOf(asked.outcomes[0]!.inner!, "Observe")).toBeUndefined();
  });

  test("that does not answer gives 5.03; another format gives 4.06", () => {
    const hub = new ProviderHub().ready();
    const silent = hub.supplier.ask(GET, PATH);
    hub.bench.advance(6000);
    expect(silent.outcomes[0]!.inner!.code).toBe("5.03");
    const other = hub.supplier.ask(GET, PATH, { Accept: 60 });
    hub.bench.advance(10);
    expect(other.outcomes[0]!.inner!.code).toBe("4.06");
  });
});

test.each([0, 1, 2, (1 << 4) | 3])(
  "Block2 %i asks for what the mirror cannot cut: 4.02",
  (block2) => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(GET, PATH, { Block2: block2 });
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.02");
  },
);

describe("observation of the mirror (RFC 7641)", () => {
  test("is accepted, and each new gas reading is told in a confirmable notification", () => {
    const { hub, asked } = observed();
    gas(hub, T + 1800, 6000);
    gas(hub, T + 3600, 7000);
    expect(values(asked)).toEqual([5, 6, 7]);
    const [first, second, third] = asked.outcomes;
    expect(first!.outer.ack).toBe(true);
    expect(second!.outer.confirmable).toBe(true);
    for (const one of asked.outcomes) {
      expect(one.hasPartialIv).toBe(true);
      expect(optionOf(one.inner!, "Observe")).toEqual(Buffer.alloc(0));
      expect(one.outer.code).toBe("2.05");
    }
    const numbers = [first!, second!, third!].map((one) =>
      uintOf({ code: "", options: one.outer.options, payload: Buffer.alloc(0) }, "Observe"),
    );
    expect(numbers).toEqual([1, 2, 3]);
  });

  test("tells nothing of another meter, of electricity, or of an interval", () => {
    const { hub, asked } = observed();
    hub.fromFirewall(
      reading({ reference: 1, time: T, value: 1, meter: 3, commodity: Commodity.GAS }),
    );
    hub.fromFirewall(reading({ reference: 2, time: T, value: 1, meter: 2 }));
    hub.fromFirewall(
      reading({ reference: 3, time: T, value: 1, meter: 2, commodity: Commodity.GAS, flags: 1 }),
    );
    hub.bench.advance(100);
    expect(values(asked)).toEqual([5]);
  });

  test("ends with a RST", () => {
    const { hub, asked } = observed();
    hub.supplier.acknowledges = false;
    gas(hub, T + 1800, 6000);
    hub.supplier.reset(asked.outcomes.at(-1)!.outer);
    hub.supplier.acknowledges = true;
    gas(hub, T + 3600, 7000);
    expect(values(asked)).toEqual([5, 6]);
  });

  test("ends with Observe 1", () => {
    const { hub, asked } = observed();
    const bye = hub.supplier.ask(GET, PATH, { Observe: 1 });
    mirrorSays(hub, MirrorStatus.OK, 5500);
    gas(hub, T + 1800, 6000);
    expect(values(bye)).toEqual([5.5]);
    expect(optionOf(bye.outcomes[0]!.inner!, "Observe")).toBeUndefined();
    expect(values(asked)).toEqual([5]);
  });

  test("ends when no try of a notification is acknowledged", () => {
    const { hub, asked } = observed();
    hub.supplier.acknowledges = false;
    gas(hub, T + 1800, 6000);
    hub.bench.advance(120_000);
    hub.supplier.acknowledges = true;
    gas(hub, T + 3600, 7000);
    // The first sending and four tries of one notification, and nothing after them.
    expect(values(asked)).toEqual([5, 6, 6, 6, 6, 6]);
  });

  test("made anew takes the place of the one before", () => {
    const { hub, asked } = observed();
    const anew = hub.supplier.ask(GET, PATH, { Observe: 0 });
    mirrorSays(hub, MirrorStatus.OK);
    gas(hub, T + 1800, 6000);
    expect(values(asked)).toEqual([5]);
    expect(values(anew)).toEqual([5, 6]);
  });
});
