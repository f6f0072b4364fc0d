// The cells of a NOR flash chip: programming clears bits, erasing sets a whole sector to ones.
// Breaking a rule of the chip is a defect of the firmware and throws.

import { surveyedSectors } from "../firmware/storage/flash-survey";
import { Flash, FlashSurvey } from "../hal/flash";

/** How far an interrupted operation came, and what its unfinished bytes look like. */
export interface Interruption {
  /** 0: nothing happened yet; 1: all of it did, only the completion is lost. */
  readonly progress: number;
  /** Bits of the byte under way that had already changed. */
  readonly mask: number;
  /** The order in which an erase reaches its bytes. */
  readonly order: EraseOrder;
}

export const enum EraseOrder {
  ASCENDING = 0,
  DESCENDING = 1,
  SCATTERED = 2,
}

export class IllegalFlash extends Error {}

export class FlashMemory {
  readonly bytes: Uint8Array;
  /** How often each sector was erased. */
  readonly erases: Uint32Array;

  constructor(readonly length: number) {
    if (length <= 0 || length % Flash.SECTOR_LENGTH !== 0) {
      throw new IllegalFlash(`a region of ${length} bytes`);
    }
    this.bytes = new Uint8Array(length).fill(Flash.ERASED);
    this.erases = new Uint32Array(length / Flash.SECTOR_LENGTH);
  }

  checkTransfer(offset: number, length: number): void {
    const whole = Number.isInteger(offset) && Number.isInteger(length);
    if (!whole || offset < 0 || length < 1 || offset + length > this.length) {
      throw new IllegalFlash(`transfer of ${length} bytes at ${offset}`);
    }
    if (length > Flash.TRANSFER_MAX) throw new IllegalFlash(`transfer of ${length} bytes`);
  }

  checkErase(offset: number): void {
    if (offset < 0 || offset >= this.length || offset % Flash.SECTOR_LENGTH !== 0) {
      throw new IllegalFlash(`erase at ${offset}`);
    }
  }

  /** Refuses to set a bit: only an erase can. */
  checkProgram(offset: number, data: Uint8Array): void {
    this.checkTransfer(offset, data.length);
    for (let i = 0; i < data.length; i++) {
      const held = this.bytes[offset + i]!;
      if ((held & data[i]!) !== data[i]!) {
        throw new IllegalFlash(`programs ${data[i]} over ${held} at ${offset + i}`);
      }
    }
  }

  checkSurvey(offset: number, length: number): void {
    this.checkErase(offset);
    if (!Number.isInteger(length) || length < 1 || length > FlashSurvey.BEGIN_MAX) {
      throw new IllegalFlash(`survey of ${length} bytes`);
    }
  }

  /** How the sectors from `offset` on begin, and how far each is used: a `FlashSurvey` of each. */
  survey(offset: number, length: number): Uint8Array {
    const count = surveyedSectors(this.length - offset, length);
    const answer = new Uint8Array(count * (FlashSurvey.BEGIN + length));
    for (let i = 0; i < count; i++) {
      const start = offset + i * Flash.SECTOR_LENGTH;
      const at = i * (FlashSurvey.BEGIN + length);
      const extent = this.extent(start);
      answer[at + FlashSurvey.EXTENT] = extent;
      answer[at + FlashSurvey.EXTENT + 1] = extent >> 8;
      answer.set(this.bytes.subarray(start, start + length), at + FlashSurvey.BEGIN);
    }
    return answer;
  }

  private extent(start: number): number {
    if (this.bytes[start] === Flash.ERASED) return 0;
    let extent: number = Flash.SECTOR_LENGTH;
    while (this.bytes[start + extent - 1] === Flash.ERASED) extent--;
    return extent;
  }

  program(offset: number, data: Uint8Array, how?: Interruption): void {
    const done = how === undefined ? data.length : Math.floor(how.progress * data.length);
    for (let i = 0; i < done; i++) this.bytes[offset + i]! &= data[i]!;
    if (how === undefined || done >= data.length || how.progress === 0) return;
    this.bytes[offset + done]! &= data[done]! | (~how.mask & 0xff);
  }

  erase(offset: number, how?: Interruption): void {
    const sector = this.bytes.subarray(offset, offset + Flash.SECTOR_LENGTH);
    if (how === undefined || how.progress >= 1) {
      sector.fill(Flash.ERASED);
      this.erases[offset / Flash.SECTOR_LENGTH]!++;
      return;
    }
    const done = Math.floor(how.progress * Flash.SECTOR_LENGTH);
    for (let i = 0; i < done; i++) sector[place(i, how.order)] = Flash.ERASED;
    if (how.progress > 0) sector[place(done, how.order)]! |= how.mask;
  }
}

function place(i: number, order: EraseOrder): number {
  if (order === EraseOrder.ASCENDING) return i;
  if (order === EraseOrder.DESCENDING) return Flash.SECTOR_LENGTH - 1 - i;
  // An odd factor visits every byte once.
  return (i * 1283) % Flash.SECTOR_LENGTH;
}
