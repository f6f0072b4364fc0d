// Answers the global commands that ask what a side of a cluster has: attributes, with their access
// too, and commands.
// @source ZCL 07-5123-06 sections 2.5.13, 2.5.18 to 2.5.23

import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { ZclCommand, ZclStatus } from "../../wire/zcl";
import { checkDiscover, Discover, DiscoverResponse } from "../../wire/zcl-attribute";
import { checkDiscoverCommands, DiscoverCommands } from "../../wire/zcl-discover";
import type { ZclMessage, ZclWriter } from "./zcl-message";
import { isOffered, Kind, OFFERED, Offered } from "./zcl-offer";

const enum DiscoveryLimit {
  /** Records of four bytes, of which a payload holds nineteen. */
  RECORDS_MAX = 16,
}

/** False: the command is none of these. */
export function discover(now: number, message: ZclMessage, writer: ZclWriter): boolean {
  const { bytes, start, end, command } = message;
  const isExtended = command === ZclCommand.DISCOVER_EXTENDED;
  const isCommand =
    command === ZclCommand.DISCOVER_RECEIVED || command === ZclCommand.DISCOVER_GENERATED;
  if (!isExtended && !isCommand && command !== ZclCommand.DISCOVER) return false;
  const code = isCommand
    ? checkDiscoverCommands(bytes, start, end)
    : checkDiscover(bytes, start, end);
  if (code !== Parsed.OK) {
    writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
    return true;
  }
  const first = isCommand ? bytes[start + DiscoverCommands.START]! : readU16(bytes, start);
  const asked = bytes[start + (isCommand ? DiscoverCommands.MAXIMUM : Discover.MAXIMUM)]!;
  let left = Math.min(asked, DiscoveryLimit.RECORDS_MAX);
  // Each response has the number behind its command's.
  const out = writer.answer(message, false, command + 1);
  // Number, type and access lie in a row, as they are asked for.
  const size = isExtended ? Offered.LENGTH - Offered.NUMBER : DiscoverResponse.RECORD_LENGTH;
  const length = isCommand ? 1 : size;
  const kind = kindOf(message);
  let at = out + DiscoverResponse.RECORDS;
  let complete = 1;
  for (let record = 0; record < OFFERED.length; record += Offered.LENGTH) {
    if (!isOffered(record, message.cluster, kind)) continue;
    if (readU16(OFFERED, record + Offered.NUMBER) < first) continue;
    if (left-- === 0) {
      complete = 0;
      break;
    }
    const from = record + Offered.NUMBER;
    for (let i = 0; i < length; i++) writer.bytes[at++] = OFFERED[from + i]!;
  }
  writer.bytes[out + DiscoverResponse.COMPLETE] = complete;
  writer.send(now, at);
  return true;
}

/** What is asked for, of the side that is asked; our clients have no attributes. */
function kindOf({ command, fromServer }: ZclMessage): Kind {
  switch (command as ZclCommand) {
    case ZclCommand.DISCOVER_RECEIVED:
      return fromServer ? Kind.TAKEN_BY_CLIENT : Kind.TAKEN_BY_SERVER;
    case ZclCommand.DISCOVER_GENERATED:
      return fromServer ? Kind.SENT_BY_CLIENT : Kind.SENT_BY_SERVER;
    default:
      return fromServer ? Kind.NONE : Kind.ATTRIBUTE;
  }
}
