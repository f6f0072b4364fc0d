// Types of bundle.mjs, which runs before anything is bundled.

/** @param entry a path from the project's root, or an absolute one @returns the module's path */
export function bundle(entry: string): Promise<string>;
export function runEntry(entry: string): Promise<void>;
