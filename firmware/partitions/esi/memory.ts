// The partition's own bytes, in the one buffer behind the session's `SessionMemory.LENGTH`.

export const enum EsiMemory {
  /** A block of the head-end's with the head of a `STREAM_SEGMENT`, until it is passed on. */
  BLOCK = 624,
  BLOCK_LENGTH = 264,
  /** Entries on their way into flash: eight of 32 bytes. */
  QUEUE = 888,
  /** `STREAM_OPEN` of the stream up. */
  STREAM = 1144,
  /** What the sender has loaded: a SenML pack, or a block of a device's answer. */
  BATCH = 1168,
  BATCH_LENGTH = 128,
  /** The entry that was read last: a whole `READING`, or the header of something else. */
  ENTRY = 1296,
  /** Questions to the mirror and observations: four of layout `Question`. */
  QUESTIONS = 1328,
  /** The device of the message under way down. */
  COMMAND_EUI64 = 1400,
  /** The device that a request's path names, until it is dispatched. */
  REQUEST_EUI64 = 1408,
  END = 1416,
  LENGTH = 792,
}
