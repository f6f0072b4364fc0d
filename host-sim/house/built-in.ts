// Houses that need no file: `--house NAME`.

import { DEFAULT_HOUSE, type HouseConfig } from "./house-config";
import { terrace } from "./terrace";

interface BuiltInHouse {
  readonly name: string;
  /** One line for a person. */
  readonly about: string;
  readonly config: () => HouseConfig;
}

const HOUSES: readonly BuiltInHouse[] = [
  {
    name: "default",
    about: "an electricity meter, a gas meter and a display, all near the hub",
    config: () => DEFAULT_HOUSE,
  },
  {
    name: "terrace",
    about:
      "32 devices, a third of them behind repeaters; 5 % loss, a power cut for all each night, " +
      "an interferer an hour each evening",
    config: terrace,
  },
];

/** Undefined: there is no such house. */
export function builtInHouse(name: string): HouseConfig | undefined {
  return HOUSES.find((one) => one.name === name)?.config();
}

/** A line for each. */
export function builtInHouses(): string {
  return HOUSES.map(({ name, about }) => `${name.padEnd(9)}${about}\n`).join("");
}
