// How each partition of the table is made. The only list of partitions besides the table itself.

import type { Constructors } from "./kernel/board";

export const CONSTRUCTORS: Constructors = {};
