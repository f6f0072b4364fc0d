// Clocks that jump: the hub's, or a device's.

import { faultRow, type Targets } from "./fault";

const HUB = "hub";
const DAY_S = 86_400;
/** A device's own clock is off by no more when nobody sets it. */
const DEVICE_JUMP_S = 60;

export const clockJump = faultRow({
  kind: "clock-jump",
  read: (fields, { devices }) => ({
    target: fields.oneOf("target", [HUB, ...devices]),
    bySeconds: fields.number("bySeconds", -DAY_S, DAY_S),
  }),
  begin({ hub, devices }, { target, bySeconds }) {
    if (target === HUB) hub.clock.jump(bySeconds);
    else devices.get(target)!.clock.jump(bySeconds);
  },
  most: 2,
  draw: (random, { devices }: Targets) => {
    const targets = [HUB, ...devices];
    const target = targets[random.below(targets.length)]!;
    const most = target === HUB ? DAY_S : DEVICE_JUMP_S;
    return { target, bySeconds: Math.round((random.float() * 2 - 1) * most) };
  },
});
