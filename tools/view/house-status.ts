// What a person looking at a running house sees; taken from it a few times a second.

export interface NodeStatus {
  readonly eui64: string;
  readonly kind: string;
  readonly state: string;
  /** Simulated seconds since the start, undefined before it joined. */
  readonly joinedAt: number | undefined;
  /** The last thing measured or shown, in words. */
  readonly latest: string;
}

export interface PartitionStatus {
  readonly name: string;
  readonly state: string;
  /** Messages that wait for it now. */
  readonly queued: number;
  readonly received: number;
  readonly sent: number;
  readonly refused: number;
  readonly restarts: number;
}

export interface PassedMessage {
  /** Simulated seconds since the start. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly operation: string;
  readonly refused: boolean;
}

export interface HouseStatus {
  readonly simulatedSeconds: number;
  /** Civil time in the house, Unix milliseconds. */
  readonly utcMs: number;
  readonly channel: number | undefined;
  readonly panId: number | undefined;
  readonly nodes: readonly NodeStatus[];
  readonly mirror: {
    readonly value: number | undefined;
    readonly ageSeconds: number | undefined;
    readonly syncs: number;
    readonly readsAnswered: number;
  };
  readonly readings: {
    readonly measured: number;
    readonly delivered: number;
    readonly pending: number;
    readonly missed: number;
    readonly lost: number;
  };
  /**
   * With the head-end elsewhere: readings that the hub acknowledged to the meter, since only that
   * head-end knows what it received. Undefined: the head-end is here.
   */
  readonly kept: number | undefined;
  readonly exchanges: { readonly sent: number; readonly exact: number };
  readonly firewall: { readonly passed: number; readonly refused: number };
  readonly partitions: readonly PartitionStatus[];
  /** The newest last. */
  readonly messages: readonly PassedMessage[];
  readonly lastRefused: PassedMessage | undefined;
}
