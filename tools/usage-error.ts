// A mistake of the person at the keyboard: one line that says what to do, and exit code 2.

export class UsageError extends Error {}
