// What is worth a line in the audit log. Never a key, a code or a payload.

/** `AUDIT_EVENT` anyone -> audit. */
export const enum AuditEvent {
  /** An `AuditCode`. */
  CODE = 1,
  /** What the code says. u32 */
  DETAIL = 4,
  /** A device's EUI-64, or zeros. */
  SUBJECT = 8,
  LENGTH = 16,
}

export const enum AuditCode {
  /** From the kernel: detail = sender, receiver, operation, a byte each. */
  CHANNEL_REFUSED = 1,
  /** From the kernel: detail = partition, fault kind. */
  PARTITION_FAULT = 2,
  /** From the kernel: detail = partition. */
  PARTITION_HELD = 3,
  /** detail = a `JoinDecision`, the `JoinPath` it asked by. */
  JOIN_REFUSED = 8,
  /** detail = a `DeviceKind`, the `JoinPath`s by which it is in, a bit each. */
  JOIN_ACCEPTED = 9,
  /** Both: detail = as for `JOIN_ACCEPTED`. */
  DEVICE_ADDED = 10,
  DEVICE_REMOVED = 11,
  /** detail = provider, new `Relationship`, old one; a change of its end alone has both alike. */
  GRANT_CHANGED = 12,
  /** detail = provider, 0, the `Relationship` that ended at its second. */
  GRANT_EXPIRED = 13,
  /** The management party was refused a device: detail = a `DeviceResult`. */
  DEVICE_REFUSED = 14,
  /** detail = a `ConsumerAction`, its value; the device, or zeros. */
  CONSUMER_RULED = 15,
  /** detail = sender, operation, provider or 0xff, refusals without a line before this one. */
  FIREWALL_REFUSED = 16,
  /** detail = a `SessionRefusal`; a message that no session key opens, or a replay. */
  SESSION_REFUSED = 20,
  /** detail = CoAP response code; a request inside a good session that was refused. */
  REQUEST_REFUSED = 21,
  CLOCK_SET = 24,
  BOOT = 25,
  /** From `audit` itself: detail = how many events of a source went over its quota. */
  SUPPRESSED = 26,
  /** A node was refused by the trust centre: detail = a `KeyRefusal`. */
  KEY_REFUSED = 27,
  /** A node showed that it has a link key of its own, which the install code does not give. */
  LINK_KEY_PROVEN = 28,
  /** detail = a `KeyUse`, the sequence number of the network key that it has from now on. */
  NETWORK_KEY_CHANGED = 29,
  /** The window in which nodes may join: detail = for how many seconds, 0: shut. */
  WINDOW_SET = 31,
  /** The wall clock did not go as it should, and was put right: detail = by how many seconds. */
  CLOCK_JUMPED = 30,
  /** The management session began to read a backup: detail = its Unix seconds. */
  BACKUP_READ = 32,
  /** A node asked for more than its kind may: detail = a `NodeRule`, the command, the cluster. */
  NODE_REFUSED = 33,
}

export const enum KeyRefusal {
  /** No such device is registered. */
  NOT_REGISTERED = 1,
  /** No command that a trust centre takes, or one in clear that must not be. */
  UNSECURED = 2,
  /** A frame counter that was used before. */
  REPLAY = 3,
  /** The device's link key does not open it: forged, or its key of before. */
  NOT_AUTHENTIC = 4,
  /** The hash is not that of the device's link key. */
  WRONG_HASH = 5,
  /** It asked for a key that a trust centre does not give here. */
  KEY_TYPE = 6,
  /** Too many; not now. */
  RATE = 7,
}

export const enum SessionRefusal {
  /** A request outside OSCORE. */
  UNPROTECTED = 1,
  /** An OSCORE option that cannot be decoded, or a request without kid or Partial IV. */
  BAD_OPTION = 2,
  /** No session has this kid. */
  UNKNOWN_KID = 3,
  REPLAY = 4,
  /** The key does not open it: forged, or a wrong key. */
  NOT_AUTHENTIC = 5,
  /** Authentic, yet not a well-formed CoAP message. */
  MALFORMED = 6,
}
