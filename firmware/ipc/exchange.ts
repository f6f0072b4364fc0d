// CoAP exchanges between the owners of sessions (`esi`, `manage`) and `wan`, which sees outer
// codes, the OSCORE option and ciphertext, keeps no key, and does reliability, tokens and
// de-duplication.
//
// One layout for requests and responses in both directions. The opener of an exchange numbers it:
// the session owner for what the hub asks, `wan` for what the head-end asks.

export const enum Exchange {
  /** Outer CoAP code (0.02 POST and 0.05 FETCH, 2.04 Changed and 2.05 Content, 4.xx errors). */
  CODE = 1,
  /** u16 */
  EXCHANGE = 2,
  /** `ExchangeFlags`. */
  FLAGS = 4,
  /** The outer Observe option's value, when flagged. u24 */
  OBSERVE = 5,
  /** Bytes of the OSCORE option's value. */
  OPTION_LENGTH = 8,
  /** The OSCORE option's value, then the payload up to the end of the message. */
  OPTION = 9,
}

export const enum ExchangeFlags {
  HAS_OBSERVE = 1,
  /** The message carries an OSCORE option at all (an outer error has none). */
  HAS_OSCORE = 2,
  /**
   * `SERVE_RESPONSE`: more notifications will follow; keep the exchange open. One with the code
   * 0.00 and without this flag closes the exchange; nothing is sent.
   */
  MORE = 4,
}

/** `WAN_BIND` esi | manage -> wan: requests whose OSCORE kid is this come to me. */
export const enum WanBind {
  KID_LENGTH = 1,
  KID = 2,
}

/** `EXCHANGE_FAILED` wan -> esi | manage: no answer will come. */
export const enum ExchangeFailed {
  /** An `ExchangeFailure`. */
  REASON = 1,
  EXCHANGE = 2,
  LENGTH = 4,
}

export const enum ExchangeFailure {
  /** Not acknowledged, or acknowledged and never answered. Try again after a pause. */
  TIMEOUT = 0,
  /** The peer reset it. */
  RESET = 1,
  /** Too many exchanges at once; try again when one has ended. */
  BUSY = 2,
}

/** `SERVE_CANCEL` wan -> esi | manage: the observer is gone, send nothing more for it. */
export const enum ServeCancel {
  EXCHANGE = 2,
  LENGTH = 4,
}
