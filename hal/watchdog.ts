// The backstop behind metering: the kernel feeds it after each turn, and only then.

export interface Watchdog {
  feed(): void;
}
