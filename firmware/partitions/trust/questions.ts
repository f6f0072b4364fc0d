// Questions that came before the grants were read from flash.

import { GrantCheck } from "../../ipc/grant";
import { copyBytes } from "../../wire/little-endian";

// The depth of the firewall's queue: it asks no more without an answer.
const QUESTIONS_MAX = 8;

export class Questions {
  count = 0;
  /** Questions that found no room; the firewall asks again or gives up. */
  dropped = 0;
  readonly bytes = new Uint8Array(QUESTIONS_MAX * GrantCheck.LENGTH);

  keep(question: Uint8Array): void {
    if (this.count === QUESTIONS_MAX) {
      this.dropped++;
      return;
    }
    copyBytes(question, 0, this.bytes, this.at(this.count), GrantCheck.LENGTH);
    this.count++;
  }

  /** Where in `bytes` one lies. */
  at(index: number): number {
    return index * GrantCheck.LENGTH;
  }

  forget(): void {
    this.count = 0;
  }
}
