// An attacker who never rests: every so often one of the attacks by turns, for as long as the house
// stands.

import type { Station } from "../air/air";
import type { Attack, AttackCount, AttackKind } from "./attack";
import { AssociationFlood, BeaconFlood } from "./floods";
import { ForgedCommand } from "./forged-commands";
import { ForgedKey } from "./forged-keys";
import { Insider } from "./insider";
import { Replay } from "./replay";
import { Scene, type SceneOptions, type StolenKey } from "./scene";
import { UnsecuredRejoin, WellKnownJoin } from "./strangers";

export interface AttackerOptions extends SceneOptions {
  /** Seconds between two tries. */
  readonly everySeconds: number;
  /** The network key, for the insider. */
  readonly stolen: () => StolenKey | undefined;
  /** Undefined: all. */
  readonly kinds?: readonly AttackKind[];
}

export class Attacker {
  readonly attacks: readonly Attack[];
  private readonly scene: Scene;
  private turn = 0;

  constructor(private readonly options: AttackerOptions) {
    const scene = new Scene(options);
    this.scene = scene;
    const all: readonly Attack[] = [
      new Replay(scene),
      new BeaconFlood(scene),
      new AssociationFlood(scene),
      new ForgedCommand(scene),
      new ForgedKey(scene),
      new Insider(scene, options.stolen),
      new WellKnownJoin(scene),
      new UnsecuredRejoin(scene),
    ];
    this.attacks = all.filter(({ kind }) => options.kinds?.includes(kind) ?? true);
    this.plan();
  }

  get radio(): Station {
    return this.scene.radio;
  }

  counts(): AttackCount[] {
    return this.attacks.map(({ kind, tried, succeeded }) => ({ kind, tried, succeeded }));
  }

  private plan(): void {
    const everyUs = this.options.everySeconds * 1e6;
    const delayUs = Math.round(everyUs * (0.5 + this.scene.random.float()));
    this.scene.world.schedule(delayUs, () => {
      this.attacks[this.turn++ % this.attacks.length]?.attempt();
      this.plan();
    });
  }
}
