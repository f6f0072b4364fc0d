// How the tag of a frame is made that goes to the MAC: a number, and whose it is.

export const enum FrameTag {
  KINDS = 4,
  APPLICATION = 1,
  JOINING = 2,
  /** A new network key; the number is the node's. */
  KEY = 3,
}
