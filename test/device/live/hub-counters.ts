// The frame counters with which a hub secured its NWK frames, in the order in which they were sent.
// Zigbee specification 3.3.1 and 4.5.1; IEEE 802.15.4-2020 7.2. Repetitions by the MAC count once.

const GLOBAL_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;

const enum Mac {
  DATA = 1,
  PAN_COMPRESSION = 0x40,
  /** Control, sequence, one PAN, two short addresses. */
  HEADER_LENGTH = 9,
  SEQUENCE = 2,
  SOURCE = 7,
}

const IEEE_LENGTH = 8;

const enum Nwk {
  SECURITY = 0x0200,
  DESTINATION_IEEE = 0x0800,
  SOURCE_IEEE = 0x1000,
  HEADER_LENGTH = 8,
}

export function hubCounters(pcap: Buffer): number[] {
  const counters: number[] = [];
  let last = "";
  let at = GLOBAL_HEADER_LENGTH;
  while (at + RECORD_HEADER_LENGTH <= pcap.length) {
    const length = pcap.readUInt32LE(at + 8);
    const frame = pcap.subarray(at + RECORD_HEADER_LENGTH, at + RECORD_HEADER_LENGTH + length);
    at += RECORD_HEADER_LENGTH + length;
    const counter = counterOf(frame);
    const repeated = frame.toString("hex");
    if (counter !== undefined && repeated !== last) counters.push(counter);
    if (counter !== undefined) last = repeated;
  }
  return counters;
}

/** Undefined: it is no secured data frame of the coordinator. */
function counterOf(frame: Buffer): number | undefined {
  if (frame.length < Mac.HEADER_LENGTH + Nwk.HEADER_LENGTH + 5) return undefined;
  const control = frame.readUInt16LE(0);
  const bothShort = (control & 0xcc00) === 0x8800 && (control & Mac.PAN_COMPRESSION) !== 0;
  if ((control & 7) !== Mac.DATA || !bothShort || frame.readUInt16LE(Mac.SOURCE) !== 0) return;
  const nwk = frame.readUInt16LE(Mac.HEADER_LENGTH);
  if ((nwk & Nwk.SECURITY) === 0) return undefined;
  let at = Mac.HEADER_LENGTH + Nwk.HEADER_LENGTH;
  if ((nwk & Nwk.DESTINATION_IEEE) !== 0) at += IEEE_LENGTH;
  if ((nwk & Nwk.SOURCE_IEEE) !== 0) at += IEEE_LENGTH;
  return frame.readUInt32LE(at + 1);
}
