// Why a node was refused, in words, by the number in the hub's alert.

/** @source docs/wan.md, "device log changed" */
export const REFUSAL_REASONS = [
  "accepted",
  "not registered",
  "insecure rejoin",
  "window closed",
  "too often",
  "denied by the consumer",
];
