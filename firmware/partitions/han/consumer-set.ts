// The defined set: all that a consumer access device may have of the hub, line by line with the
// reason. What no line names it may not: to write, to command, to talk through a tunnel, to reach
// another device. The hub is its only way to the home's meters, and this is the filter.

import { Basic } from "../../wire/clusters/basic";
import { KeepAlive } from "../../wire/clusters/keep-alive";
import { Metering } from "../../wire/clusters/metering";
import { PollControlGenerated } from "../../wire/clusters/poll-control";
import { Time } from "../../wire/clusters/time";
import { readU16 } from "../../wire/little-endian";
import { Cluster, ZclCommand } from "../../wire/zcl";
import type { ZclMessage } from "./zcl-message";

const enum Act {
  /** An attribute of the hub's server of the cluster, to be read. */
  ATTRIBUTE = 0,
  /** A command for every cluster of which an attribute is in the set. */
  GENERAL = 1,
  /** An answer, which asks for nothing, of any cluster. */
  ANSWER = 2,
  /** A command of its own server of the cluster. */
  SERVER_COMMAND = 3,
}

const enum Line {
  CLUSTER = 0,
  ACT = 1,
  NUMBER = 2,
}

/** Of lines that are for more than one cluster. */
const ANY = 0xffff;

export type SetLine = readonly [cluster: number, act: Act, number: number, reason: string];

export const CONSUMER_SET: readonly SetLine[] = Object.freeze([
  general(ZclCommand.READ, "Reading is what it is for."),
  general(ZclCommand.DISCOVER, "It finds out what it may read."),
  line(ANY, Act.ANSWER, ZclCommand.DEFAULT_RESPONSE, "It may confirm what the hub says to it."),
  line(
    Cluster.POLL_CONTROL,
    Act.SERVER_COMMAND,
    PollControlGenerated.CHECK_IN,
    "One on a battery says that it is awake, which asks for nothing.",
  ),

  read(Cluster.BASIC, Basic.ZCL_VERSION, "It must know which library the hub speaks."),
  read(Cluster.BASIC, Basic.APPLICATION_VERSION, "It may show the hub's version."),
  read(Cluster.BASIC, Basic.HARDWARE_VERSION, "It may show the hub's version."),
  read(Cluster.BASIC, Basic.MANUFACTURER_NAME, "It may show which hub this is."),
  read(Cluster.BASIC, Basic.MODEL_IDENTIFIER, "It may show which hub this is."),
  read(Cluster.BASIC, Basic.POWER_SOURCE, "It may tell why the hub is silent."),

  read(Cluster.TIME, Time.TIME, "It sets its clock by the hub's."),
  read(Cluster.TIME, Time.TIME_STATUS, "It must know how far to trust that clock."),
  read(Cluster.TIME, Time.TIME_ZONE, "It shows local time."),
  read(Cluster.TIME, Time.DST_SHIFT, "It shows local time."),
  read(Cluster.TIME, Time.STANDARD_TIME, "It shows local time."),
  read(Cluster.TIME, Time.LOCAL_TIME, "It shows local time."),
  read(Cluster.TIME, Time.VALID_UNTIL_TIME, "It must know when to ask again."),

  read(Cluster.KEEP_ALIVE, KeepAlive.BASE, "It must notice that its trust centre is gone."),
  read(Cluster.KEEP_ALIVE, KeepAlive.JITTER, "It must not ask with all others at once."),

  read(Cluster.METERING, Metering.CURRENT_SUMMATION_DELIVERED, "The consumer's own register."),
  read(Cluster.METERING, Metering.READING_SNAPSHOT_TIME, "A register needs its time."),
  read(Cluster.METERING, Metering.STATUS, "The consumer may know that the meter has trouble."),
  read(Cluster.METERING, Metering.UNIT_OF_MEASURE, "A register needs its unit."),
  read(Cluster.METERING, Metering.MULTIPLIER, "A register needs its scale."),
  read(Cluster.METERING, Metering.DIVISOR, "A register needs its scale."),
  read(Cluster.METERING, Metering.SUMMATION_FORMATTING, "It shows what the meter shows."),
  read(Cluster.METERING, Metering.METERING_DEVICE_TYPE, "It must tell gas from electricity."),
]);

/** Whether it may send this at all; of what it reads, attributes are judged one by one. */
export function mayConsumerSend(message: ZclMessage): boolean {
  const { cluster, command, fromServer } = message;
  if (message.isManufacturers) return false;
  if (message.isCluster) return fromServer && isInSet(cluster, Act.SERVER_COMMAND, command);
  if (isInSet(ANY, Act.ANSWER, command)) return true;
  return !fromServer && isInSet(ANY, Act.GENERAL, command) && hasCluster(cluster);
}

export function mayConsumerRead(cluster: number, attribute: number): boolean {
  return isInSet(cluster, Act.ATTRIBUTE, attribute);
}

/** Whether a read names an attribute that is not in the set. */
export function readsBeyondSet({ bytes, start, end, cluster }: ZclMessage): boolean {
  for (let at = start; at + 1 < end; at += 2) {
    if (!mayConsumerRead(cluster, readU16(bytes, at))) return true;
  }
  return false;
}

function isInSet(cluster: number, act: Act, number: number): boolean {
  for (let i = 0; i < CONSUMER_SET.length; i++) {
    const one = CONSUMER_SET[i]!;
    if (one[Line.NUMBER] !== number || one[Line.ACT] !== act) continue;
    if (one[Line.CLUSTER] === cluster) return true;
  }
  return false;
}

function hasCluster(cluster: number): boolean {
  for (let i = 0; i < CONSUMER_SET.length; i++) {
    const one = CONSUMER_SET[i]!;
    if (one[Line.CLUSTER] === cluster && one[Line.ACT] === Act.ATTRIBUTE) return true;
  }
  return false;
}

function read(cluster: Cluster, attribute: number, reason: string): SetLine {
  return line(cluster, Act.ATTRIBUTE, attribute, reason);
}

function general(command: ZclCommand, reason: string): SetLine {
  return line(ANY, Act.GENERAL, command, reason);
}

function line(cluster: number, act: Act, number: number, reason: string): SetLine {
  return Object.freeze([cluster, act, number, reason] as const);
}
