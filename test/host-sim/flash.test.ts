import { describe, expect, it } from "vitest";
import { surveyedSectors } from "../../firmware/storage/flash-survey";
import { FlashDone, FlashOperation, FlashSurvey } from "../../hal/flash";
import { Sent } from "../../hal/sent";
import { FlashTime, SimulatedFlash } from "../../host-sim/flash";
import { DirectFlash, PowerCut } from "../../host-sim/flash-direct";
import { EraseOrder, FlashMemory, IllegalFlash } from "../../host-sim/flash-memory";
import { World } from "../../host-sim/world";

const BYTES = Uint8Array.from([0x0f, 0xf0, 0x55, 0x00]);

function chip(): { world: World; flash: SimulatedFlash; done: Uint8Array[] } {
  const world = new World(1);
  const done: Uint8Array[] = [];
  const regions = [
    { id: 3, bytes: 8192 },
    { id: 4, bytes: 4096 },
  ];
  const flash = new SimulatedFlash(regions, world, (_region, message, length) => {
    done.push(message.slice(0, length));
  });
  return { world, flash, done };
}

describe("flash memory", () => {
  it("clears bits when it programs and sets them when it erases, and counts erases", () => {
    const memory = new FlashMemory(8192);
    memory.program(4096, BYTES);
    memory.program(4097, Uint8Array.from([0x30]));
    expect([...memory.bytes.subarray(4096, 4100)]).toEqual([0x0f, 0x30, 0x55, 0x00]);
    memory.erase(4096);
    expect(memory.bytes.every((byte) => byte === 0xff)).toBe(true);
    expect([...memory.erases]).toEqual([0, 1]);
  });

  it("throws on a bit that is to be set, a long or outside transfer, an odd erase", () => {
    const memory = new FlashMemory(4096);
    memory.program(0, BYTES);
    expect(() => memory.checkProgram(3, Uint8Array.from([0x01]))).toThrow(IllegalFlash);
    expect(() => memory.checkTransfer(0, 257)).toThrow(IllegalFlash);
    expect(() => memory.checkTransfer(4090, 7)).toThrow(IllegalFlash);
    expect(() => memory.checkTransfer(-1, 7)).toThrow(IllegalFlash);
    expect(() => memory.checkErase(100)).toThrow(IllegalFlash);
    expect(() => new FlashMemory(1000)).toThrow(IllegalFlash);
  });

  it("leaves a prefix and part of a byte behind a cut write", () => {
    const memory = new FlashMemory(4096);
    const how = { progress: 0.5, mask: 0x0f, order: EraseOrder.ASCENDING };
    memory.program(0, new Uint8Array(4), how);
    expect([...memory.bytes.subarray(0, 4)]).toEqual([0, 0, 0xf0, 0xff]);
  });

  it("leaves a part of the sector behind a cut erase, in any order", () => {
    for (const order of [EraseOrder.ASCENDING, EraseOrder.DESCENDING, EraseOrder.SCATTERED]) {
      const memory = new FlashMemory(4096);
      memory.bytes.fill(0);
      memory.erase(0, { progress: 0.25, mask: 0xc0, order });
      expect(memory.bytes.filter((byte) => byte === 0xff)).toHaveLength(1024);
      expect(memory.bytes.filter((byte) => byte === 0xc0)).toHaveLength(1);
    }
  });
});

describe("simulated flash chip", () => {
  it("reports each operation after its time, one at a time", () => {
    const { world, flash, done } = chip();
    expect(flash.submit(3, FlashOperation.WRITE, 0, BYTES, 1, 2)).toBe(Sent.OK);
    expect(flash.submit(3, FlashOperation.READ, 0, BYTES, 0, 4)).toBe(Sent.FULL);
    expect(flash.submit(4, FlashOperation.ERASE, 0, BYTES, 0, 0)).toBe(Sent.OK);
    world.runUntil(FlashTime.PAGE_PROGRAM_US);
    expect(done).toEqual([Uint8Array.from([3, FlashOperation.WRITE, 0, 0])]);
    world.runUntil(FlashTime.PAGE_PROGRAM_US + FlashTime.SECTOR_ERASE_US - 1);
    expect(done).toHaveLength(1);
    world.runUntil(FlashTime.PAGE_PROGRAM_US + FlashTime.SECTOR_ERASE_US);
    expect(flash.submit(3, FlashOperation.READ, 0, BYTES, 0, 3)).toBe(Sent.OK);
    world.runUntil(100_000);
    expect([...done[2]!.subarray(FlashDone.DATA)]).toEqual([0xf0, 0x55, 0xff]);
  });

  it("surveys how sectors begin and how far each is used, as many as one answer holds", () => {
    const { world, flash, done } = chip();
    flash.memory(3).program(0, BYTES);
    flash.memory(3).program(300, BYTES);
    // What begins erased counts as erased.
    flash.memory(3).program(4096 + 1, BYTES);
    expect(flash.submit(3, FlashOperation.SURVEY, 0, BYTES, 0, 2)).toBe(Sent.OK);
    world.runUntil(1_000);
    const both = [304 & 0xff, 304 >> 8, 0x0f, 0xf0, 0, 0, 0xff, 0x0f];
    expect(done).toEqual([Uint8Array.from([3, FlashOperation.SURVEY, 0, 0, ...both])]);
    expect(surveyedSectors(1024 * 1024, 24)).toBe(9);
    expect(surveyedSectors(1024 * 1024, FlashSurvey.ALONE)).toBe(1);
    expect(surveyedSectors(1024 * 1024, FlashSurvey.BEGIN_MAX)).toBe(1);
    expect(surveyedSectors(8192, 1)).toBe(2);
  });

  it("refuses a survey inside a sector, beyond the region, of nothing and of too much", () => {
    const memory = new FlashMemory(8192);
    for (const [offset, length] of [
      [1, 4],
      [8192, 4],
      [0, 0],
      [0, 255],
    ] as const) {
      expect(() => memory.checkSurvey(offset, length)).toThrow(IllegalFlash);
    }
    memory.bytes.fill(0);
    expect([...memory.survey(4096, 1)]).toEqual([4096 & 0xff, 4096 >> 8, 0]);
  });

  it("stops what is under way when power is cut, and forgets what waited", () => {
    const { world, flash, done } = chip();
    flash.submit(3, FlashOperation.WRITE, 0, new Uint8Array(256), 0, 256);
    flash.submit(4, FlashOperation.WRITE, 0, new Uint8Array(256), 0, 256);
    world.runUntil(FlashTime.PAGE_PROGRAM_US / 2);
    flash.cutPower(0xff, EraseOrder.ASCENDING);
    world.runUntil(1_000_000);
    expect(done).toEqual([]);
    expect(flash.memory(3).bytes.filter((byte) => byte === 0)).toHaveLength(129);
    expect(flash.memory(4).bytes.every((byte) => byte === 0xff)).toBe(true);
    expect(flash.submit(3, FlashOperation.READ, 0, BYTES, 0, 1)).toBe(Sent.OK);
  });

  it("reports an injected failure, and no bytes with it", () => {
    const { world, flash, done } = chip();
    flash.faults = (region, operation) => (region === 3 && operation === 0 ? 9 : 0);
    flash.submit(3, FlashOperation.READ, 0, BYTES, 0, 16);
    world.runUntil(1000);
    expect(done).toEqual([Uint8Array.from([3, FlashOperation.READ, 9, 0])]);
  });
});

describe("direct flash", () => {
  it("throws where the power is to fail, and counts only writes and erases", () => {
    const flash = new DirectFlash(new FlashMemory(4096));
    flash.cut = { at: 1, progress: 1, mask: 0, order: EraseOrder.ASCENDING };
    const nobody = () => {};
    flash.read(0, 4);
    expect(flash.read(0, 4)).toBe(Sent.FULL);
    flash.settle(nobody);
    flash.write(0, BYTES, 0, 4);
    flash.settle(nobody);
    flash.write(8, BYTES, 0, 4);
    expect(() => flash.settle(nobody)).toThrow(PowerCut);
    expect([...flash.memory.bytes.subarray(8, 12)]).toEqual([...BYTES]);
  });
});
