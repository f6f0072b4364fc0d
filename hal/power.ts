// The mains-present input. A change comes to the owner as a one-byte message from `Party.POWER`.

export interface Power {
  mainsPresent(): boolean;
}
