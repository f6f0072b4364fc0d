// Every operation of every channel: byte 0 of a message. The table says which channel carries
// which.

export const enum Message {
  OPERATION = 0,
  /** One radio frame or one CoAP block, and a header. */
  MAX_LENGTH = 320,
}

export const enum Operation {
  // reading.ts
  READING = 1,
  READING_STORED = 2,
  PROFILE_ASK = 3,
  PROFILE_DONE = 4,
  // mirror.ts
  MIRROR_READ = 8,
  MIRROR_VALUE = 9,
  // stream.ts
  STREAM_OPEN = 16,
  STREAM_SEGMENT = 17,
  STREAM_CREDIT = 18,
  STREAM_END = 19,
  // join.ts
  NETWORK_ASK = 24,
  NETWORK_SET = 25,
  JOIN_ASK = 26,
  JOIN_ANSWER = 27,
  JOIN_STORED = 28,
  PERMIT_JOIN = 29,
  NODE_SAID = 30,
  NODE_TELL = 31,
  // device.ts
  DEVICE_ADD = 32,
  DEVICE_REMOVE = 33,
  DEVICE_RESULT = 34,
  DEVICE_EVENT = 35,
  // join.ts again
  KEY_MOVED = 36,
  // device.ts again
  NETWORK_RULE = 37,
  // join.ts once more
  NODE_REFUSED = 38,
  // grant.ts
  GRANT_CHECK = 40,
  GRANT_ANSWER = 41,
  GRANT_SET = 42,
  GRANT_RESULT = 43,
  // exchange.ts
  WAN_BIND = 48,
  EXCHANGE_REQUEST = 49,
  EXCHANGE_RESPONSE = 50,
  EXCHANGE_FAILED = 51,
  SERVE_REQUEST = 52,
  SERVE_RESPONSE = 53,
  SERVE_CANCEL = 54,
  // audit.ts
  AUDIT_EVENT = 56,
  // page.ts
  PAGE_ASK = 58,
  PAGE = 59,
  // consumer.ts
  CONSUMER_ASK = 60,
  CONSUMER_ANSWER = 61,
}
