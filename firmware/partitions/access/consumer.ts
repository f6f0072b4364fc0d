// The consumer's word. The home is his: at first he has delegated the admission of devices to the
// management party, and he can take that back, keep the joining window shut, or keep one device
// out. What he reserves counts at once, what he gives back counts once it lies in flash.

import { AuditCode } from "../../ipc/audit";
import { ConsumerAction, ConsumerAsk, ConsumerResult, Standing } from "../../ipc/consumer";
import { copyBytes, readU16 } from "../../wire/little-endian";
import type { CredentialStore } from "./credential-store";
import { DeviceLimit, type DeviceLog, DeviceState } from "./device-log";
import type { News } from "./news";

/** What the consumer keeps to himself, a bit each. */
export const enum Reserved {
  NOTHING = 0,
  ADMISSION = 1,
  WINDOW = 2,
}

export interface ConsumerOwner {
  openWindow(now: number): void;
  closeWindow(now: number): void;
  /** False: the device's record is busy. `denied` of the consumer follows. */
  deny(now: number, device: number, isDenied: boolean, reference: number): boolean;
}

export class Consumer {
  reserved: number = Reserved.NOTHING;
  private wanted: number = Reserved.NOTHING;
  private isSaving = false;
  /** The question that is being written; one at a time. */
  private readonly question = new Uint8Array(ConsumerAsk.LENGTH);

  constructor(
    private readonly store: CredentialStore,
    private readonly log: DeviceLog,
    private readonly news: News,
    private readonly owner: ConsumerOwner,
  ) {}

  keeps(what: Reserved): boolean {
    return (this.reserved & what) !== 0;
  }

  /** `CONSUMER_ASK`, while the store is open. */
  asked(now: number, ask: Uint8Array): void {
    const reference = readU16(ask, ConsumerAsk.REFERENCE);
    const result = this.begin(now, ask, reference);
    if (result !== -1) this.news.consumerAnswer(now, result, reference);
  }

  /** What was reserved or given back lies in flash, or does not: then both hold. */
  stored(now: number, ok: boolean): void {
    this.isSaving = false;
    const { question } = this;
    const reference = readU16(question, ConsumerAsk.REFERENCE);
    if (!ok) {
      this.news.consumerAnswer(now, ConsumerResult.BUSY, reference);
      return;
    }
    this.reserved = this.wanted;
    const isWindow = question[ConsumerAsk.ACTION] === ConsumerAction.WINDOW;
    if (isWindow && question[ConsumerAsk.VALUE] === 1) this.owner.openWindow(now);
    this.audit(now, question[ConsumerAsk.ACTION]!, question[ConsumerAsk.VALUE]!, question);
    this.news.consumerAnswer(now, ConsumerResult.OK, reference);
  }

  /** What became of `deny`. */
  denied(now: number, device: number, reference: number, ok: boolean): void {
    const result = ok ? ConsumerResult.OK : ConsumerResult.BUSY;
    if (ok) {
      const isDenied = this.log.isDenied(device) ? 1 : 0;
      this.log.copyEui64(device, this.question, ConsumerAsk.EUI64);
      this.audit(now, ConsumerAction.DENY, isDenied, this.question);
    }
    this.news.consumerAnswer(now, result, reference);
  }

  /** -1: the answer follows, or was given. */
  private begin(now: number, ask: Uint8Array, reference: number): ConsumerResult | -1 {
    const action = ask[ConsumerAsk.ACTION]!;
    const value = ask[ConsumerAsk.VALUE]!;
    if (action >= ConsumerAction.COUNT) return ConsumerResult.BAD_ACTION;
    if (action === ConsumerAction.LIST) return this.list(now, value, reference);
    if (value > 1) return ConsumerResult.BAD_ACTION;
    if (this.isSaving) return ConsumerResult.BUSY;
    if (action === ConsumerAction.DENY) {
      const device = this.log.find(ask, ConsumerAsk.EUI64);
      if (device === DeviceLimit.NONE) return ConsumerResult.UNKNOWN_DEVICE;
      return this.owner.deny(now, device, value === 1, reference) ? -1 : ConsumerResult.BUSY;
    }
    const bit = action === ConsumerAction.DELEGATE ? Reserved.ADMISSION : Reserved.WINDOW;
    return this.reserve(now, bit, value === 0, ask) ? -1 : ConsumerResult.BUSY;
  }

  private reserve(now: number, bit: Reserved, isReserved: boolean, ask: Uint8Array): boolean {
    const wanted = isReserved ? this.reserved | bit : this.reserved & ~bit;
    if (!this.store.saveConsumer(wanted)) return false;
    copyBytes(ask, 0, this.question, 0, ConsumerAsk.EUI64);
    // Such a question concerns no device.
    this.question.fill(0, ConsumerAsk.EUI64);
    this.isSaving = true;
    this.wanted = wanted;
    this.reserved |= wanted;
    if (bit === Reserved.WINDOW && isReserved) this.owner.closeWindow(now);
    return true;
  }

  private list(now: number, first: number, reference: number): ConsumerResult | -1 {
    for (let device = first; device < DeviceLimit.MAX; device++) {
      const standing = this.standing(device);
      if (standing === 0) continue;
      this.news.consumerDevice(now, reference, device, standing);
      return -1;
    }
    return ConsumerResult.UNKNOWN_DEVICE;
  }

  private standing(device: number): Standing | 0 {
    const state = this.log.state(device);
    if (state !== DeviceState.REGISTERED && state !== DeviceState.JOINED) return 0;
    if (this.log.isDenied(device)) return Standing.DENIED;
    return state === DeviceState.JOINED ? Standing.JOINED : Standing.REGISTERED;
  }

  private audit(now: number, action: number, value: number, subject: Uint8Array): void {
    const detail = action | (value << 8);
    this.news.audit(now, AuditCode.CONSUMER_RULED, detail, subject, ConsumerAsk.EUI64);
  }
}
