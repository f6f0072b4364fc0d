// The kinds of devices by the numbers that docs/wan.md gives them.

import type { DeviceKindName } from "./house-config";

export const KIND_NUMBER: Readonly<Record<DeviceKindName, number>> = {
  "electricity-meter": 1,
  "gas-meter": 2,
  "in-home-display": 3,
  "consumer-access-device": 4,
};
