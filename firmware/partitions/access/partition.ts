// `access`: decides who may join the home's network. The wiring.

import { PageSealer } from "../../crypto/page-sealer";
import { AuditCode } from "../../ipc/audit";
import { NodeRefused } from "../../ipc/join";
import { longestMessage } from "../../ipc/longest";
import { Message, Operation } from "../../ipc/operation";
import { Book, PageSize } from "../../ipc/page";
import { Party } from "../../ipc/party";
import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { readU16 } from "../../wire/little-endian";
import { Access } from "./access";

export function createAccess(environment: Environment<"access">): Partition {
  return new AccessPartition(environment);
}

class AccessPartition implements Partition {
  private readonly access: Access;
  private readonly backup: PageSealer;

  constructor(environment: Environment<"access">) {
    const { crypto, entropy, ports } = environment;
    this.access = new Access(environment);
    const { store, news } = this.access;
    this.backup = new PageSealer(
      crypto,
      entropy,
      ports.firewall,
      store,
      Book.CREDENTIALS,
      PageSize.CREDENTIALS,
      news.frame,
    );
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.FLASH) this.access.store.flashDone(now, buffer, length);
    // All that `access` is told has one length.
    else if (length !== longestMessage(buffer[Message.OPERATION]!)) this.access.malformed++;
    else if (from === Party.HAN) this.hanSaid(now, buffer);
    else if (from === Party.FIREWALL) this.firewallSaid(now, buffer);
    else if (from === Party.CONSOLE) this.consoleSaid(now, buffer);
  }

  tick(now: number): void {
    this.access.tick(now);
  }

  dueAt(): number {
    return this.access.dueAt();
  }

  peerRestarted(_now: number, peer: number): void {
    if (peer === Party.HAN) this.access.hanRestarted();
    else if (peer === Party.CONSOLE) this.access.news.consoleRestarted();
  }

  private hanSaid(now: number, buffer: Uint8Array): void {
    const operation = buffer[Message.OPERATION];
    if (operation === Operation.NETWORK_ASK) this.access.networkAsked(now, buffer);
    else if (operation === Operation.JOIN_ASK) this.access.joinAsked(now, buffer);
    else if (operation === Operation.JOIN_STORED) this.access.joinStored(now, buffer);
    else if (operation === Operation.NODE_SAID) this.access.nodeSaid(now, buffer);
    else if (operation === Operation.KEY_MOVED) this.access.keyMoved(now, buffer);
    else if (operation === Operation.NODE_REFUSED) this.nodeRefused(now, buffer);
  }

  private nodeRefused(now: number, buffer: Uint8Array): void {
    const what = buffer[NodeRefused.RULE]! | (buffer[NodeRefused.COMMAND]! << 8);
    const detail = what + readU16(buffer, NodeRefused.CLUSTER) * 0x10000;
    this.access.news.audit(now, AuditCode.NODE_REFUSED, detail, buffer, NodeRefused.EUI64);
  }

  private consoleSaid(now: number, buffer: Uint8Array): void {
    if (buffer[Message.OPERATION] !== Operation.CONSUMER_ASK) return;
    this.access.consumerAsked(now, buffer);
  }

  private firewallSaid(now: number, buffer: Uint8Array): void {
    const operation = buffer[Message.OPERATION];
    if (operation === Operation.DEVICE_ADD) this.access.deviceAdd(now, buffer);
    else if (operation === Operation.DEVICE_REMOVE) this.access.deviceRemove(now, buffer);
    else if (operation === Operation.PAGE_ASK) this.backup.asked(buffer);
    else if (operation === Operation.NETWORK_RULE) this.access.networkRule(now, buffer);
  }
}
