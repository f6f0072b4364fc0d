// Says again what members said: word by word, seconds, hours or reboots later. It succeeds when the
// hub takes a reading from it: `han` hands one of that meter on while the meter itself is silent.

import { Operation } from "../../firmware/ipc/operation";
import type { Transmission } from "../air/air";
import { FrameType, frameType } from "../air/frame";
import { Attack } from "./attack";
import { isHubs, type Scene, type Victim } from "./scene";

interface Recorded {
  readonly victim: Victim;
  readonly frame: Buffer;
  readonly atUs: number;
}

const KEPT = 300;
/** A report has about seventy; shorter ones are acknowledgements and questions. */
const OCTETS_MIN = 60;
/** By then a repetition is none of the meter's own. */
const AGE_US = 12_000_000;

export class Replay extends Attack {
  readonly kind = "replay";
  private readonly recorded: Recorded[] = [];

  constructor(scene: Scene) {
    super(scene);
    scene.onFrame.push((transmission) => this.record(transmission));
  }

  attempt(): void {
    const { world, random } = this.scene;
    const old = this.recorded.filter(({ atUs }) => atUs < world.now - AGE_US);
    const one = old[random.below(Math.max(old.length, 1))];
    if (one === undefined || !this.isQuiet(one.victim)) return;
    const frame = Buffer.from(one.frame);
    // Nothing protects the number of the MAC: a new one passes where a repeated one would not.
    if (random.chance(0.5)) frame[2] = random.below(256);
    this.scene.say(frame);
    this.judgeSign(one.victim, Operation.READING);
  }

  private record(transmission: Transmission): void {
    const { bytes, length, startUs } = transmission;
    if (isHubs(this.scene, transmission) || length < OCTETS_MIN) return;
    if (frameType(bytes, length) !== FrameType.DATA) return;
    const victim = this.scene.senderOf(transmission);
    if (victim === undefined) return;
    const one = { victim, frame: Buffer.from(bytes.subarray(0, length)), atUs: startUs };
    if (this.recorded.length < KEPT) this.recorded.push(one);
    else this.recorded[this.scene.random.below(KEPT)] = one;
  }
}
