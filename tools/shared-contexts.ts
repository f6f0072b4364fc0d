// The contexts that a hub shares with a head-end elsewhere, and the numbers that it may go on from.

import type { SharedContext } from "../host-sim/head-end/oscore-file";
import type { EarlierHub } from "../host-sim/hub/manufacture";
import { contextsFile, sequenceFile } from "./read-file";

/** Sequence numbers that one hub may use up: a thousand years of readings. */
const SEQUENCES_A_HUB = 100_000_000;

export interface SharedContexts {
  readonly contexts: readonly SharedContext[];
  /** Puts numbers aside in the file beside the contexts. */
  readonly earlierHub: (context: string) => EarlierHub;
}

export function sharedContexts(path: string): SharedContexts {
  const contexts = contextsFile(path);
  const sequences = sequenceFile(path, "hub");
  return {
    contexts,
    earlierHub: (context) => {
      const firstSequence = sequences.takeMany(context, SEQUENCES_A_HUB);
      return { firstSequence, starts: Math.floor(firstSequence / SEQUENCES_A_HUB) };
    },
  };
}
