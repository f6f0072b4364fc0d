// Faults of the radio co-processor and of its serial line.

import { Status } from "../radio/spinel";
import { faultRow, readDuration } from "./fault";

const NOISE_BYTES = 40;

export const radioReset = faultRow({
  kind: "radio-reset",
  read: () => ({}),
  begin({ hub }) {
    if (hub.running) hub.coprocessor.reset(Status.RESET_CRASH);
  },
  most: 4,
  draw: () => ({}),
});

export const radioSilence = faultRow({
  kind: "radio-silence",
  read: (fields) => ({ forSeconds: readDuration(fields) }),
  begin({ hub }, { forSeconds }) {
    if (hub.running) hub.coprocessor.fallSilent(forSeconds * 1e6);
  },
  most: 2,
  draw: (random) => ({ forSeconds: random.below(600) }),
});

export const radioNoise = faultRow({
  kind: "radio-noise",
  read: () => ({}),
  begin({ hub, random }) {
    if (!hub.running) return;
    const noise = new Uint8Array(NOISE_BYTES);
    random.fill(noise, 0, NOISE_BYTES);
    hub.coprocessor.garble(noise);
  },
  most: 4,
  draw: () => ({}),
});
