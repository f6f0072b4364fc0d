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
  /** detail = a `JoinDecision`. */
  JOIN_REFUSED = 8,
  JOIN_ACCEPTED = 9,
  DEVICE_ADDED = 10,
  DEVICE_REMOVED = 11,
  GRANT_CHANGED = 12,
  /** detail = sender, operation, provider. */
  FIREWALL_REFUSED = 16,
  /** detail = reason; a message that no session key opens, or a replay. */
  SESSION_REFUSED = 20,
  /** detail = CoAP response code; a request inside a good session that was refused. */
  REQUEST_REFUSED = 21,
  CLOCK_SET = 24,
  BOOT = 25,
  /** From `audit` itself: detail = how many events of a source went over its quota. */
  SUPPRESSED = 26,
}
