// Faults of the air: loss, an interferer, a neighbour's hub with our PAN ID.

import { BAND_868 } from "../air/phy";
import { faultRow, readDuration } from "./fault";
import { Neighbour } from "./neighbour";

export const airLoss = faultRow({
  kind: "air-loss",
  read: (fields) => ({
    forSeconds: readDuration(fields),
    loss: fields.number("loss", 0, 1),
  }),
  begin({ airLoss: loss, later }, fault) {
    loss.begin(fault.loss);
    later(fault.forSeconds, () => loss.end(fault.loss));
  },
  most: 3,
  // A lasting drizzle or a burst in which little gets through.
  draw: (random) =>
    random.chance(0.5)
      ? { forSeconds: random.below(7200), loss: 0.2 * random.float() }
      : { forSeconds: random.below(1800), loss: 0.5 + random.float() / 2 },
});

/** On the network's own channel, as it is at that time, unless the file names another. */
interface Interference {
  readonly forSeconds: number;
  readonly channel?: number;
  readonly dbm: number;
  readonly duty: number;
}

export const interference = faultRow<"interference", Interference>({
  kind: "interference",
  read: (fields) => ({
    forSeconds: readDuration(fields),
    dbm: fields.number("dbm", -120, 20),
    duty: fields.number("duty", 0, 1),
    ...(fields.has("channel") && {
      channel: fields.number("channel", BAND_868.firstChannel, BAND_868.lastChannel),
    }),
  }),
  begin({ air, network, later }, { channel = network()?.channel, dbm, duty, forSeconds }) {
    if (channel === undefined) return;
    const end = air.interfere({ channel, dbm, duty });
    later(forSeconds, end);
  },
  most: 2,
  draw: (random) => ({
    forSeconds: random.below(3600),
    dbm: -75 + random.below(35),
    duty: 0.2 + 0.8 * random.float(),
  }),
});

export const neighbour = faultRow({
  kind: "neighbour",
  read: (fields) => ({ forSeconds: readDuration(fields) }),
  begin({ world, air, network, later }, { forSeconds }) {
    const where = network();
    if (where === undefined) return;
    const one = new Neighbour(world, air, where);
    later(forSeconds, () => one.end());
  },
  most: 1,
  draw: (random) => ({ forSeconds: 60 + random.below(3600) }),
});
