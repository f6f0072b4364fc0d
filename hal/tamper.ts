// Tamper inputs: cover, voltage, temperature. A change comes as a message from `Party.TAMPER`.

export interface Tamper {
  /** A bit for each input that is asserted now. */
  inputs(): number;
}
