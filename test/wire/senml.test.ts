import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CborCheck, checkCbor } from "../../firmware/wire/cbor-check";
import { SenmlKind, SenmlWriter } from "../../firmware/wire/senml";
import { eui64, eui64Text } from "../partitions/esi/messages";
import { resolve } from "../partitions/esi/senml";

const NAMES = ["electricity", "demand", "gas", "electricity-interval", "gas-interval"];

const record = fc.record({
  kind: fc.constantFrom(
    SenmlKind.ELECTRICITY,
    SenmlKind.DEMAND,
    SenmlKind.GAS,
    SenmlKind.ELECTRICITY_INTERVAL,
    SenmlKind.GAS_INTERVAL,
  ),
  time: fc.integer({ min: 2 ** 28, max: 2 ** 32 - 1 }),
  value: fc.nat(2 ** 31 - 1),
  meter: fc.nat(3),
});

describe("SenML packs (RFC 8428)", () => {
  test("resolve to the records that were put, within the limit, deterministically", () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 30 }),
        fc.integer({ min: 1, max: 700 }),
        (all, limit) => {
          const bytes = new Uint8Array(1000);
          const writer = new SenmlWriter();
          writer.open(5, 5 + limit);
          const taken = all.filter((one) =>
            writer.put(bytes, eui64(one.meter), 0, one.kind, one.time, one.value),
          );
          const length = writer.close(bytes);
          expect(length).toBeLessThanOrEqual(limit);
          expect(bytes.subarray(5 + length).every((byte) => byte === 0)).toBe(true);
          expect(checkCbor(bytes, 5, length)).toBe(CborCheck.OK);
          const records = resolve(Buffer.from(bytes.subarray(5, 5 + length)));
          expect(records.map(({ name, time }) => ({ name, time }))).toEqual(
            taken.map((one) => ({
              name: `urn:dev:mac:${eui64Text(one.meter)}_${NAMES[one.kind]}`,
              time: one.time,
            })),
          );
          const isGas = (one: { kind: SenmlKind }) =>
            one.kind === SenmlKind.GAS || one.kind === SenmlKind.GAS_INTERVAL;
          for (const [i, one] of taken.entries()) {
            const { value, unit } = records[i]!;
            expect(unit).toBe(isGas(one) ? "m3" : one.kind === SenmlKind.DEMAND ? "W" : "Wh");
            expect(value).toBe(isGas(one) ? Number(`${one.value}e-3`) : one.value);
          }
        },
      ),
    );
  });

  test("two electricity readings with demand fit one block of 128 bytes", () => {
    const bytes = new Uint8Array(128);
    const writer = new SenmlWriter();
    writer.open(0, 128);
    for (const time of [1_790_000_000, 1_790_000_010]) {
      expect(writer.put(bytes, eui64(1), 0, SenmlKind.ELECTRICITY, time, 12_345_678)).toBe(true);
      expect(writer.put(bytes, eui64(1), 0, SenmlKind.DEMAND, time, 3000)).toBe(true);
    }
  });
});
