// Questions that came before the grants were read from flash.

import { GrantCheck } from "../../ipc/grant";
import { copyBytes } from "../../wire/little-endian";

// The depth of the firewall's queue: it asks no more without an answer.
const QUESTIONS_MAX = 8;

export class Questions {
  count = 0;
  /** Questions that found no room; the firewall asks again or gives up. */
  dropped = 0;
  private readonly kept: Uint8Array[] = [];

  constructor() {
    for (let i = 0; i < QUESTIONS_MAX; i++) this.kept.push(new Uint8Array(GrantCheck.LENGTH));
  }

  keep(question: Uint8Array): void {
    if (this.count === QUESTIONS_MAX) {
      this.dropped++;
      return;
    }
    copyBytes(question, 0, this.kept[this.count]!, 0, GrantCheck.LENGTH);
    this.count++;
  }

  at(index: number): Uint8Array {
    return this.kept[index]!;
  }

  forget(): void {
    this.count = 0;
  }
}
