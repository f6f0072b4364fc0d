// What a hostile partition can be told to do; hostile.c hands the number on.

export const enum Deed {
  FILL_HEAP = 1,
  FILL_CHUNKS = 2,
  LOOP = 3,
  RECURSE = 4,
  THROW = 5,
  REJECT = 6,
  FLOOD = 7,
  /** A native of the engine that does not return: no meter is looked at meanwhile. */
  STALL = 8,
  RECURSE_BY_NATIVES = 9,
}

/** Deeds are faults above this, in the bench's call that injects one: hostile.c. */
export const DEED_BASE = 0x80;

/** No deed of a partition: C itself writes to the frozen image, as a defect of ours might. */
export const WRITE_IMAGE: number = 0xff;

/** Of `receive`: no party of the table. */
export const HOSTILE_PARTY = 200;
