// The whitelist. What has no line here does not pass; a line gives the most that can ever be
// allowed, and where it names a right, `trust` must hold the grant as well.

import {
  DeviceAdd,
  DeviceEventMessage,
  DeviceRemove,
  DeviceResultMessage,
  NetworkRule,
} from "../../ipc/device";
import { GrantAnswer, GrantCheck } from "../../ipc/grant";
import { MirrorRead, MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { Page, PageAsk } from "../../ipc/page";
import { Party } from "../../ipc/party";
import { Reading, ReadingStored } from "../../ipc/reading";
import { Stream, StreamCredit, StreamEnd, StreamOpen, StreamSegment } from "../../ipc/stream";

export const enum Condition {
  /** Well formed; nothing else. */
  FORM = 0,
  /** A grant to read the device. */
  READ = 1,
  /** A grant to exchange messages with the device. */
  MESSAGE = 2,
  /** It answers something that was passed on, and is still waited for. */
  ASKED = 3,
  /** It belongs to a stream that was admitted, and stays within its header and credit. */
  STREAM = 4,
  /** The firewall's own words: questions, refusals, and sums of several answers. */
  OWN = 5,
}

export interface Rule {
  readonly from: Party;
  readonly operation: Operation;
  readonly to: Party;
  readonly condition: Condition;
  readonly lengthMin: number;
  readonly lengthMax: number;
  /**
   * Messages a second in the long run, and how many at once, from this sender to all receivers.
   * The firewall's own words answer something each, and are bounded by it.
   */
  readonly perSecond: number;
  readonly burst: number;
  readonly reason: string;
}

const SEGMENT_MIN = StreamSegment.DATA + 1;
const SEGMENT_MAX = StreamSegment.DATA + Stream.SEGMENT_MAX;

export const RULES: readonly Rule[] = Object.freeze([
  // Readings: from the meters' keepers to every provider that may read.
  ...readings(Party.DEMAND),
  ...readings(Party.GAS),
  // What the providers say of them; and the gas mirror, which answers for the sleeping meter.
  ...answers(Party.ESI_SUPPLIER),
  ...answers(Party.ESI_OPERATOR),
  // Messages between a provider and a device.
  ...streams(Party.ESI_SUPPLIER),
  ...streams(Party.ESI_OPERATOR),
  line(Party.FIREWALL, Operation.STREAM_END, Party.HAN, Condition.OWN, StreamEnd.LENGTH, [
    20,
    24,
    "A device's message that nobody may have, or a stream that was cut, is ended at its sender.",
  ]),
  // The device log.
  line(Party.MANAGE, Operation.DEVICE_ADD, Party.ACCESS, Condition.FORM, DeviceAdd.LENGTH, [
    5,
    8,
    "The management session says which devices may join; access keeps their codes.",
  ]),
  line(Party.MANAGE, Operation.DEVICE_REMOVE, Party.ACCESS, Condition.FORM, DeviceRemove.LENGTH, [
    5,
    8,
    "The management session takes a device out of the log.",
  ]),
  line(Party.MANAGE, Operation.NETWORK_RULE, Party.ACCESS, Condition.FORM, NetworkRule.LENGTH, [
    5,
    8,
    "The management session opens the joining window for minutes, or has the network key changed.",
  ]),
  line(
    Party.ACCESS,
    Operation.DEVICE_RESULT,
    Party.MANAGE,
    Condition.ASKED,
    DeviceResultMessage.LENGTH,
    [10, 16, "What became of an addition or a removal."],
  ),
  line(
    Party.FIREWALL,
    Operation.DEVICE_RESULT,
    Party.MANAGE,
    Condition.OWN,
    DeviceResultMessage.LENGTH,
    [10, 16, "No room, or access died: the management session hears it at once."],
  ),
  line(
    Party.ACCESS,
    Operation.DEVICE_EVENT,
    Party.MANAGE,
    Condition.FORM,
    DeviceEventMessage.LENGTH,
    [10, 16, "A device joined, left or was refused: the head-end is alerted."],
  ),
  // The sealed backup of the network, and how well its devices are heard.
  ...pages(Party.ACCESS),
  ...pages(Party.HAN),
  // Grants.
  line(Party.FIREWALL, Operation.GRANT_CHECK, Party.TRUST, Condition.OWN, GrantCheck.LENGTH, [
    200,
    64,
    "Every passage that names a right is asked for; no answer is kept for later.",
  ]),
  line(Party.TRUST, Operation.GRANT_ANSWER, Party.FIREWALL, Condition.ASKED, GrantAnswer.LENGTH, [
    200,
    64,
    "The trust centre's word on one question.",
  ]),
  line(Party.FIREWALL, Operation.AUDIT_EVENT, Party.AUDIT, Condition.OWN, 16, [
    1,
    8,
    "A refusal is worth a line, a flood of them is not.",
  ]),
]);

function line(
  from: Party,
  operation: Operation,
  to: Party,
  condition: Condition,
  length: number,
  [perSecond, burst, reason]: readonly [number, number, string],
  lengthMin = length,
): Rule {
  const lengthMax = length;
  return { from, operation, to, condition, lengthMin, lengthMax, perSecond, burst, reason };
}

/** Ten-second reports of a few meters, and half-hours recovered in runs of 24. */
function readings(from: Party): Rule[] {
  const rate = [20, 24, "A provider with a grant gets the meter's readings."] as const;
  const answer = [
    40,
    48,
    "The sum of the providers' answers: the meter may be told, or not.",
  ] as const;
  return [
    line(from, Operation.READING, Party.ESI_SUPPLIER, Condition.READ, Reading.LENGTH, rate),
    line(from, Operation.READING, Party.ESI_OPERATOR, Condition.READ, Reading.LENGTH, rate),
    line(
      Party.FIREWALL,
      Operation.READING_STORED,
      from,
      Condition.OWN,
      ReadingStored.LENGTH,
      answer,
    ),
  ];
}

function pages(owner: Party): Rule[] {
  return [
    line(Party.MANAGE, Operation.PAGE_ASK, owner, Condition.FORM, PageAsk.LENGTH, [
      20,
      8,
      "The management session reads a page: sealed for a backup, or the quality of links.",
    ]),
    line(owner, Operation.PAGE, Party.MANAGE, Condition.ASKED, Page.LENGTH, [
      20,
      8,
      "The page that was asked for, once.",
    ]),
  ];
}

function answers(esi: Party): Rule[] {
  return [
    line(esi, Operation.READING_STORED, Party.FIREWALL, Condition.ASKED, ReadingStored.LENGTH, [
      40,
      48,
      "The meter is told only what lies in a provider's flash.",
    ]),
    line(esi, Operation.MIRROR_READ, Party.GAS, Condition.READ, MirrorRead.LENGTH, [
      5,
      8,
      "A provider with a grant asks for the last synchronised register.",
    ]),
    line(Party.GAS, Operation.MIRROR_VALUE, esi, Condition.ASKED, MirrorValue.LENGTH, [
      20,
      16,
      "Value and meter time, to the one who asked.",
    ]),
    line(Party.FIREWALL, Operation.MIRROR_VALUE, esi, Condition.OWN, MirrorValue.LENGTH, [
      20,
      16,
      "No grant, or too many questions at once.",
    ]),
  ];
}

function streams(esi: Party): Rule[] {
  const flow = [100, 24, "Up to 4,096 opaque bytes, a segment at a time."] as const;
  const credit = [100, 24, "The receiver says how much it takes."] as const;
  const end = [20, 24, "Kept, refused or given up; later what became of a kept message."] as const;
  return [
    line(esi, Operation.STREAM_OPEN, Party.HAN, Condition.MESSAGE, StreamOpen.LENGTH, [
      4,
      8,
      "A provider with a grant sends a message to a device.",
    ]),
    line(Party.HAN, Operation.STREAM_OPEN, esi, Condition.MESSAGE, StreamOpen.LENGTH, [
      8,
      16,
      "A device's answer or alert for a provider with a grant.",
    ]),
    line(
      esi,
      Operation.STREAM_SEGMENT,
      Party.HAN,
      Condition.STREAM,
      SEGMENT_MAX,
      flow,
      SEGMENT_MIN,
    ),
    line(
      Party.HAN,
      Operation.STREAM_SEGMENT,
      esi,
      Condition.STREAM,
      SEGMENT_MAX,
      flow,
      SEGMENT_MIN,
    ),
    line(esi, Operation.STREAM_CREDIT, Party.HAN, Condition.STREAM, StreamCredit.LENGTH, credit),
    line(Party.HAN, Operation.STREAM_CREDIT, esi, Condition.STREAM, StreamCredit.LENGTH, credit),
    line(esi, Operation.STREAM_END, Party.HAN, Condition.STREAM, StreamEnd.LENGTH, end),
    // A fate comes after the stream: it passes under the grant, not under the stream.
    line(Party.HAN, Operation.STREAM_END, esi, Condition.MESSAGE, StreamEnd.LENGTH, end),
    line(Party.FIREWALL, Operation.STREAM_END, esi, Condition.OWN, StreamEnd.LENGTH, end),
  ];
}
