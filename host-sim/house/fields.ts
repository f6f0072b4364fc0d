// Reads a JSON document field by field and collects a sentence for everything that is wrong in it.

export class Fields {
  private readonly seen = new Set<string>();

  /**
   * @param where what sentences call this place, as `devices[1]`
   * @param problems where sentences go
   */
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly where: string,
    private readonly problems: string[],
  ) {}

  /** The fields of an object; no fields and a sentence when `value` is none. */
  static of(value: unknown, where: string, problems: string[]): Fields {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return new Fields(value as Record<string, unknown>, where, problems);
    }
    problems.push(`${where || "the file"} must be an object`);
    return new Fields({}, where, []);
  }

  has(key: string): boolean {
    return this.values[key] !== undefined;
  }

  /** A number from `min` to `max`; `fallback` when it is left out and there is one. */
  number(key: string, min: number, max: number, fallback?: number): number {
    const value = this.take(key);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value === "number" && value >= min && value <= max) return value;
    this.say(key, `must be a number from ${min} to ${max}`);
    return fallback ?? min;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value !== "boolean") this.say(key, "must be true or false");
    return value === true;
  }

  /** Text of this pattern; `what` tells a person what it must be. */
  text(key: string, pattern: RegExp, what: string, fallback?: string): string {
    const value = this.take(key);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value === "string" && pattern.test(value)) return value;
    this.say(key, `must be ${what}`);
    return fallback ?? "";
  }

  oneOf<const T extends string>(key: string, choices: readonly T[]): T {
    const value = this.take(key);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.say(key, `must be one of ${choices.join(", ")}`);
    return chosen ?? choices[0]!;
  }

  /** An object inside; an empty one when it is left out. */
  object(key: string): Fields {
    const value = this.take(key);
    return Fields.of(value ?? {}, this.path(key), this.problems);
  }

  /** Each object of a list; none when it is left out. */
  list<T>(key: string, max: number, read: (fields: Fields) => T): T[] {
    const value = this.take(key);
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.length > max) {
      this.say(key, `must be a list of at most ${max}`);
      return [];
    }
    return value.map((entry, i) =>
      read(Fields.of(entry, `${this.path(key)}[${i}]`, this.problems)),
    );
  }

  /** Says that a field is wrong for a reason that only its reader knows. */
  say(key: string, what: string): void {
    this.problems.push(`${this.path(key)} ${what}`);
  }

  /** Names every field that nobody asked for. */
  end(): void {
    for (const key of Object.keys(this.values)) {
      if (!this.seen.has(key)) this.problems.push(`${this.path(key)} is no field that is known`);
    }
  }

  private take(key: string): unknown {
    this.seen.add(key);
    return this.values[key];
  }

  private path(key: string): string {
    return this.where === "" ? key : `${this.where}.${key}`;
  }
}
