// The shape of a cluster's table: what it has, in numbers, for tests and tools to check and list.

import type { ZclType } from "../zcl-type";

export const enum Access {
  READ = 1,
  WRITE = 2,
  REPORT = 4,
}

export interface AttributeRow {
  readonly id: number;
  readonly name: string;
  readonly type: ZclType;
  /** `Access` bits. */
  readonly access: number;
}

export interface CommandRow {
  readonly id: number;
  readonly name: string;
}

export interface ClusterTable {
  readonly id: number;
  readonly name: string;
  /** Attributes of the server. */
  readonly attributes: readonly AttributeRow[];
  /** Commands from client to server. */
  readonly received: readonly CommandRow[];
  /** Commands from server to client. */
  readonly generated: readonly CommandRow[];
}
