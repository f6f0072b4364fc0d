// The record of a message on its way to its device; `tunnel-delivery.ts` keeps two of them.

/** A delivery under way: a record in the memory, named by where it begins. */
export const enum Job {
  STATE = 0,
  /** The node's index plus one; 0: none. */
  NODE = 1,
  SLOT = 2,
  ENDPOINT = 3,
  /** Plus one; 0: it fits in a frame. */
  TRANSFER = 4,
  FROM_SERVER = 5,
  HEADER_LENGTH = 6,
  /** The read found the flash busy. */
  MUST_READ = 7,
  /** Its answer came before its acknowledgement: it is delivered whatever follows. */
  IS_KNOWN = 8,
  HEADER = 9,
  /** u16 each */
  TOTAL = 16,
  /** Asked of the mailbox: where in the payload, and how much. */
  OFFSET = 18,
  PART = 20,
  LENGTH = 22,
  NONE = -1,
}
