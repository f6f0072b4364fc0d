// The Observe option. @source RFC 7641 sections 2 and 4.4

export const enum Observe {
  /** In a request. */
  REGISTER = 0,
  DEREGISTER = 1,
  /** A notification's number has 24 bits. */
  MODULO = 0x1000000,
  /** No Observe option. */
  NONE = -1,
}

/** The number of the next notification. */
export function nextObserve(number: number): number {
  return (number + 1) % Observe.MODULO;
}

/** Whether `later` was sent after `earlier`, within half the number range. @source section 3.4 */
export function isLaterObserve(earlier: number, later: number): boolean {
  const ahead = (later - earlier + Observe.MODULO) % Observe.MODULO;
  return ahead > 0 && ahead < Observe.MODULO / 2;
}
