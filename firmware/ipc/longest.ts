// The longest message of each operation, by the layouts beside this file. The system table sizes
// the queue of a channel by the longest that the channel carries.

import { AuditEvent } from "./audit";
import { ConsumerAnswer, ConsumerAsk } from "./consumer";
import {
  DeviceAdd,
  DeviceEventMessage,
  DeviceRemove,
  DeviceResultMessage,
  NetworkRule,
} from "./device";
import { ExchangeFailed, ServeCancel, WanBind } from "./exchange";
import { GrantAnswer, GrantCheck, GrantResultMessage, GrantSet } from "./grant";
import {
  JoinAnswer,
  JoinAsk,
  JoinStored,
  KeyMoved,
  NetworkAsk,
  NetworkSet,
  NodeRefused,
  NodeSaid,
  NodeTell,
  PermitJoin,
} from "./join";
import { MirrorRead, MirrorValue } from "./mirror";
import { Message, Operation } from "./operation";
import { Page, PageAsk } from "./page";
import { ProfileAsk, ProfileDone, Reading, ReadingStored } from "./reading";
import { Stream, StreamCredit, StreamEnd, StreamOpen, StreamSegment } from "./stream";

/** Bytes of an OSCORE kid. @source RFC 8613 section 3.3, with AES-CCM-16-64-128 */
const KID_MAX = 7;

/** Of an operation that no file here lays out: 0. */
export function longestMessage(operation: Operation): number {
  switch (operation) {
    case Operation.READING:
      return Reading.LENGTH;
    case Operation.READING_STORED:
      return ReadingStored.LENGTH;
    case Operation.PROFILE_ASK:
      return ProfileAsk.LENGTH;
    case Operation.PROFILE_DONE:
      return ProfileDone.LENGTH;
    case Operation.MIRROR_READ:
      return MirrorRead.LENGTH;
    case Operation.MIRROR_VALUE:
      return MirrorValue.LENGTH;
    case Operation.STREAM_OPEN:
      return StreamOpen.LENGTH;
    case Operation.STREAM_SEGMENT:
      return StreamSegment.DATA + Stream.SEGMENT_MAX;
    case Operation.STREAM_CREDIT:
      return StreamCredit.LENGTH;
    case Operation.STREAM_END:
      return StreamEnd.LENGTH;
    default:
      return longestOfAccess(operation);
  }
}

function longestOfAccess(operation: Operation): number {
  switch (operation) {
    case Operation.NETWORK_ASK:
      return NetworkAsk.LENGTH;
    case Operation.NETWORK_SET:
      return NetworkSet.LENGTH;
    case Operation.JOIN_ASK:
      return JoinAsk.LENGTH;
    case Operation.JOIN_ANSWER:
      return JoinAnswer.APS_FRAME + JoinAnswer.APS_MAX;
    case Operation.JOIN_STORED:
      return JoinStored.LENGTH;
    case Operation.PERMIT_JOIN:
      return PermitJoin.LENGTH;
    case Operation.NODE_SAID:
      return NodeSaid.LENGTH;
    case Operation.NODE_TELL:
      return NodeTell.APS_FRAME + NodeTell.APS_MAX;
    case Operation.KEY_MOVED:
      return KeyMoved.LENGTH;
    case Operation.NODE_REFUSED:
      return NodeRefused.LENGTH;
    case Operation.DEVICE_ADD:
      return DeviceAdd.LENGTH;
    case Operation.DEVICE_REMOVE:
      return DeviceRemove.LENGTH;
    case Operation.NETWORK_RULE:
      return NetworkRule.LENGTH;
    case Operation.DEVICE_RESULT:
      return DeviceResultMessage.LENGTH;
    case Operation.DEVICE_EVENT:
      return DeviceEventMessage.LENGTH;
    case Operation.CONSUMER_ASK:
      return ConsumerAsk.LENGTH;
    case Operation.CONSUMER_ANSWER:
      return ConsumerAnswer.LENGTH;
    default:
      return longestOfServices(operation);
  }
}

function longestOfServices(operation: Operation): number {
  switch (operation) {
    case Operation.GRANT_CHECK:
      return GrantCheck.LENGTH;
    case Operation.GRANT_ANSWER:
      return GrantAnswer.LENGTH;
    case Operation.GRANT_SET:
      return GrantSet.LENGTH;
    case Operation.GRANT_RESULT:
      return GrantResultMessage.LENGTH;
    case Operation.WAN_BIND:
      return WanBind.KID + KID_MAX;
    case Operation.EXCHANGE_REQUEST:
    case Operation.EXCHANGE_RESPONSE:
    case Operation.SERVE_REQUEST:
    case Operation.SERVE_RESPONSE:
      // Whatever the other end of the WAN writes, up to what a channel takes at all.
      return Message.MAX_LENGTH;
    case Operation.EXCHANGE_FAILED:
      return ExchangeFailed.LENGTH;
    case Operation.SERVE_CANCEL:
      return ServeCancel.LENGTH;
    case Operation.AUDIT_EVENT:
      return AuditEvent.LENGTH;
    case Operation.PAGE_ASK:
      return PageAsk.LENGTH;
    case Operation.PAGE:
      return Page.LENGTH;
    default:
      return 0;
  }
}
