/** Bundles `entry` (a path from the project's root or an absolute one); answers the module's path. */
export function bundle(entry: string): Promise<string>;
/** Bundles and runs `entry`. */
export function runEntry(entry: string): Promise<void>;
