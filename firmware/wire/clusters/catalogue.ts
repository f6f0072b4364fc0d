// All clusters that have a table, in the order of their numbers.

import { BASIC } from "./basic";
import { CALENDAR } from "./calendar";
import { DEVICE_MANAGEMENT } from "./device-management";
import { EVENTS } from "./events";
import { IDENTIFY } from "./identify";
import { KEEP_ALIVE } from "./keep-alive";
import { LOAD_CONTROL } from "./load-control";
import { MESSAGING } from "./messaging";
import { METER_IDENTIFICATION } from "./meter-identification";
import { METERING } from "./metering-table";
import { OTA_UPGRADE } from "./ota";
import { POLL_CONTROL } from "./poll-control";
import { POWER_CONFIGURATION } from "./power-configuration";
import { PREPAYMENT } from "./prepayment";
import { PRICE } from "./price";
import type { ClusterTable } from "./table";
import { TIME } from "./time";
import { TUNNELLING } from "./tunnelling";

export const CLUSTERS: readonly ClusterTable[] = [
  BASIC,
  POWER_CONFIGURATION,
  IDENTIFY,
  TIME,
  OTA_UPGRADE,
  POLL_CONTROL,
  KEEP_ALIVE,
  PRICE,
  LOAD_CONTROL,
  METERING,
  MESSAGING,
  TUNNELLING,
  PREPAYMENT,
  CALENDAR,
  DEVICE_MANAGEMENT,
  EVENTS,
  METER_IDENTIFICATION,
];
