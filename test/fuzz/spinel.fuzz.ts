// Spinel frames and the values of STREAM_RAW, and HDLC framing around them.

import { HdlcDecoder, hdlcMaxLength, putHdlc } from "../../firmware/wire/hdlc";
import { Parsed } from "../../firmware/wire/parsed";
import {
  checkSpinel,
  putSpinel,
  SpinelCommand,
  spinelCommand,
  spinelInterface,
  spinelProperty,
  spinelTransaction,
  spinelValueAt,
} from "../../firmware/wire/spinel";
import { SpinelProperty } from "../../firmware/wire/spinel-property";
import {
  checkReceived,
  checkSend,
  putReceived,
  putSend,
  receivedFlags,
  receivedLqi,
  receivedRssi,
  StreamRaw,
  streamFrameLength,
  streamMetadataAt,
} from "../../firmware/wire/spinel-stream";
import { build } from "../wire/sample-frames";
import { macSamples } from "../wire/sample-mac-nwk";
import { examineTwice, field, within } from "./surroundings";

export const name = "spinel";
export const seeds = macSamples().flatMap(({ bytes: frame }) => [
  build((bytes, at) => {
    const value = putSpinel(bytes, at, 0, SpinelCommand.IS, SpinelProperty.STREAM_RAW);
    return putReceived(bytes, value, frame, 0, frame.length, 15, -60, 200, 123_456_789);
  }),
  build((bytes, at) => {
    const value = putSpinel(bytes, at, 3, SpinelCommand.SET, SpinelProperty.STREAM_RAW);
    return putSend(bytes, value, frame, 0, frame.length, 15, 4, 3, true);
  }),
]);

const decoder = new HdlcDecoder(400);
const line = new Uint8Array(hdlcMaxLength(400));

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
  decoder.reset();
  // As bytes of a line nothing may happen to the decoder ...
  for (const byte of input) decoder.push(byte);
  // ... that keeps the next good frame from coming through.
  const end = putHdlc(line, 0, input, 0, input.length);
  let code = Parsed.UNSUPPORTED;
  for (let i = 0; i < end; i++) code = decoder.push(line[i]!);
  if (code !== Parsed.OK || decoder.length !== input.length)
    throw new Error(`a good frame of ${input.length} bytes answers ${code}`);
  for (let i = 0; i < input.length; i++)
    if (decoder.frame[i] !== input[i]) throw new Error(`byte ${i} changed on the line`);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkSpinel(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const at = within(spinelValueAt(bytes, start), start, end);
  const found = [
    spinelTransaction(bytes, start),
    spinelInterface(bytes, start),
    spinelCommand(bytes, start),
    spinelProperty(bytes, start),
    checkSend(bytes, at, end - at),
    checkReceived(bytes, at, end - at),
  ];
  if (found[5] !== Parsed.OK) return found;
  field(at + StreamRaw.FRAME, streamFrameLength(bytes, at), start, end);
  return [
    ...found,
    within(streamMetadataAt(bytes, at), start, end),
    receivedRssi(bytes, at),
    receivedFlags(bytes, at),
    receivedLqi(bytes, at, end - at),
  ];
}
