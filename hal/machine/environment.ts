// What each partition is handed, made once when the image is made and frozen in flash: the same
// objects serve every life. Their functions are C (`verbs.h`); whose call it is they know from the
// machine, and the kernel checks it, so an object of another partition is worth nothing.
//
// This file is evaluated in the image maker; `heddle` is there only then.

import { SYSTEM } from "../../firmware/system";

type Verb = (...given: never[]) => unknown;

declare const heddle: {
  readonly verbs: Readonly<Record<string, Verb>>;
  environment(partition: number, environment: object): void;
};

const { verbs } = heddle;

const crypto = {
  aesEncrypt: verbs["aesEncrypt"],
  ccmSeal: verbs["ccmSeal"],
  ccmOpen: verbs["ccmOpen"],
  sha256: verbs["sha256"],
  hmacSha256: verbs["hmacSha256"],
};
const entropy = { fill: verbs["entropyFill"] };
const clock = { utcMs: verbs["utcMs"], quality: verbs["utcQuality"] };
const startedAt = { get: verbs["startedAt"], enumerable: true };

// A port to every partition, itself too: the kernel refuses what the table does not declare.
const ports: Record<string, object> = {};
for (const { name, id } of SYSTEM.partitions) ports[name] = { place: id, send: verbs["send"] };

for (const { name, id } of SYSTEM.partitions) {
  const environment = {
    crypto,
    entropy,
    clock,
    ports,
    devices: devices(name),
    regions: regions(name),
  };
  heddle.environment(id, Object.defineProperty(environment, "startedAt", startedAt as object));
}

function devices(owner: string): Record<string, object> {
  const owned: Record<string, object> = {};
  for (const row of SYSTEM.devices) {
    if (row.owner === owner) owned[row.name] = device(row.name, row.party);
  }
  return owned;
}

function device(name: string, place: number): object {
  const send = verbs["deviceSend"];
  const reset = verbs["deviceReset"];
  switch (name) {
    case "radio":
    case "plc":
      return { place, send, reset };
    case "management-link":
    case "application-link":
      return Object.defineProperty({ place, send }, "peer", { get: verbs["peer"] } as object);
    case "wall-clock":
      return { place, set: verbs["clockSet"] };
    case "power":
      return { place, mainsPresent: verbs["deviceRead"] };
    case "tamper":
      return { place, inputs: verbs["deviceRead"] };
    default:
      return { place, send };
  }
}

function regions(owner: string): Record<string, object> {
  const owned: Record<string, object> = {};
  for (const { name, id, owner: its, bytes } of SYSTEM.regions) {
    if (its !== owner) continue;
    owned[name] = {
      place: id,
      region: id,
      length: bytes,
      read: verbs["regionRead"],
      write: verbs["regionWrite"],
      erase: verbs["regionErase"],
      survey: verbs["regionSurvey"],
    };
  }
  return owned;
}
