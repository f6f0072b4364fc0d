// Floods of questions that the hub has to answer before it knows anybody.

import { Operation } from "../../firmware/ipc/operation";
import type { Transmission } from "../air/air";
import { FrameType, frameType } from "../air/frame";
import { decodeMac, MacCommand, MacType } from "../devices/zigbee/mac-frame";
import { Attack } from "./attack";
import { associationRequest, beaconRequest, strangerEui64 } from "./forge";
import { isHubs, type Scene } from "./scene";

const SECOND_US = 1_000_000;

/**
 * Fifty beacon requests a second. It succeeds when the hub fills the air for it: more than fifteen
 * beacons within a second.
 */
export class BeaconFlood extends Attack {
  readonly kind = "beacon-flood";
  private readonly beacons: number[] = [];

  constructor(scene: Scene) {
    super(scene);
    scene.onFrame.push((transmission) => this.hear(transmission));
  }

  attempt(): void {
    const [COUNT, EVERY_US, MOST] = [150, 20_000, 15];
    const { world } = this.scene;
    if (this.scene.network === undefined) return;
    this.beacons.length = 0;
    for (let i = 0; i < COUNT; i++) {
      world.schedule(i * EVERY_US, () => this.scene.say(beaconRequest(this.scene)));
    }
    this.judge(COUNT * EVERY_US + SECOND_US, () =>
      this.beacons.some((from) => this.countBetween(from, from + SECOND_US) > MOST),
    );
  }

  private countBetween(fromUs: number, toUs: number): number {
    return this.beacons.filter((atUs) => atUs >= fromUs && atUs < toUs).length;
  }

  private hear(transmission: Transmission): void {
    if (!isHubs(this.scene, transmission)) return;
    const { bytes, length, startUs } = transmission;
    if (frameType(bytes, length) === FrameType.BEACON) this.beacons.push(startUs);
  }
}

/**
 * Ten association requests a second under ever new names and under members' names. It succeeds when
 * a stranger is given an address, or when the hub is so full of strangers that it does not even ask
 * `access` about anybody for two seconds.
 */
export class AssociationFlood extends Attack {
  readonly kind = "association-flood";
  private readonly strangers = new Set<bigint>();
  private isAdmitted = false;

  constructor(scene: Scene) {
    super(scene);
    scene.onFrame.push((transmission) => this.hear(transmission));
  }

  attempt(): void {
    const [COUNT, EVERY_US] = [60, 100_000];
    const { world } = this.scene;
    const panId = this.scene.network?.panId;
    if (panId === undefined || !this.scene.hub.running) return;
    this.strangers.clear();
    this.isAdmitted = false;
    for (let i = 0; i < COUNT; i++) {
      world.schedule(i * EVERY_US, () => this.ask(panId, i));
    }
    const { boots } = this.scene.hub;
    this.judge(COUNT * EVERY_US, () => {
      if (this.isAdmitted) return true;
      // A hub that went down meanwhile shows nothing.
      if (!this.scene.hub.running || this.scene.hub.boots !== boots) return false;
      if (this.scene.network?.panId !== panId) return false;
      return this.scene.count(Operation.JOIN_ASK, world.now - 2 * SECOND_US) === 0;
    });
  }

  private ask(panId: number, index: number): void {
    const IN_A_MEMBERS_NAME = 6;
    const member = index % IN_A_MEMBERS_NAME === 0 ? this.scene.member() : undefined;
    const eui64 = member?.node.eui64 ?? strangerEui64(this.scene);
    if (member === undefined) this.strangers.add(eui64);
    this.scene.say(associationRequest(this.scene, panId, eui64));
  }

  private hear(transmission: Transmission): void {
    if (!isHubs(this.scene, transmission) || this.strangers.size === 0) return;
    const { bytes, length } = transmission;
    if (frameType(bytes, length) !== FrameType.COMMAND) return;
    const frame = decodeMac(Buffer.from(bytes.subarray(0, length)));
    if (frame.type !== MacType.COMMAND) return;
    if (frame.payload[0] !== MacCommand.ASSOCIATION_RESPONSE || frame.payload[3] !== 0) return;
    if (this.strangers.has(frame.destination as bigint)) this.isAdmitted = true;
  }
}
