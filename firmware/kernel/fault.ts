// Why an instance ended. The numbers go into the audit log and the conformance suite.

export const enum FaultKind {
  NONE = 0,
  /** An exception: `check` failed, a null was followed, the stack ran out. */
  THROW = 1,
  /** The heap of its machine is full. */
  MEMORY = 2,
  /** More steps in one call, or more ticks in one millisecond, than it may have. */
  CPU = 3,
}
