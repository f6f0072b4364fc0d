// One kind of attack: how often it was tried, and how often it came to what it is for. What counts
// as success stands with each kind.

import type { Operation } from "../../firmware/ipc/operation";
import type { Scene, Victim } from "./scene";

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

/** A device that was silent for so long before a try is not who the hub speaks of after it. */
const QUIET_US = 500_000;
const ANSWER_US = 150_000;

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

  /** Whether what the hub says of this device from now on would be an attacker's doing. */
  protected isQuiet(victim: Victim): boolean {
    return this.scene.isSilent(victim, this.scene.world.now - QUIET_US);
  }

  /** Counts a try on a quiet device, and whether `han` soon says this of it. */
  protected judgeSign(victim: Victim, sign: Operation): void {
    const sinceUs = this.scene.world.now;
    this.judge(ANSWER_US, () => {
      if (!this.scene.isSilent(victim, sinceUs - QUIET_US)) return false;
      return this.scene.count(sign, sinceUs, victim.node.eui64) > 0;
    });
  }
}
