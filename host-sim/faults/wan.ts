// Faults of the WAN.

import { faultRow, readDuration } from "./fault";

export const wanLoss = faultRow({
  kind: "wan-loss",
  read: (fields) => ({
    forSeconds: readDuration(fields),
    loss: fields.number("loss", 0, 1),
  }),
  begin({ wanLoss: loss, later }, fault) {
    loss.begin(fault.loss);
    later(fault.forSeconds, () => loss.end(fault.loss));
  },
  most: 2,
  draw: (random) => ({ forSeconds: random.below(7200), loss: 0.5 * random.float() }),
});

export const wanOutage = faultRow({
  kind: "wan-outage",
  read: (fields) => ({ forSeconds: readDuration(fields) }),
  begin({ outage, later }, { forSeconds }) {
    outage.begin(1);
    later(forSeconds, () => outage.end(1));
  },
  most: 2,
  draw: (random) => ({ forSeconds: random.below(7200) }),
});
