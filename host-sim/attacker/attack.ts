// One kind of attack: how often it was tried, and how often it came to what it is for. What counts
// as success stands with each kind.

import type { Scene } from "./scene";

export type AttackKind =
  | "replay"
  | "beacon-flood"
  | "association-flood"
  | "forged-command"
  | "forged-key"
  | "insider"
  | "well-known-join"
  | "unsecured-rejoin";

export interface AttackCount {
  readonly kind: AttackKind;
  readonly tried: number;
  readonly succeeded: number;
}

export abstract class Attack {
  abstract readonly kind: AttackKind;
  tried = 0;
  succeeded = 0;

  constructor(protected readonly scene: Scene) {}

  /** Tries once, if there is somebody to try it on. */
  abstract attempt(): void;

  /** Counts a try, and `waitUs` later whether it has succeeded. */
  protected judge(waitUs: number, hasSucceeded: () => boolean): void {
    this.tried++;
    this.scene.world.schedule(waitUs, () => {
      if (hasSucceeded()) this.succeeded++;
    });
  }
}
