// The co-processor's line: framing, packed integers, frames, raw streams; numbers of OpenThread.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHdlcFrame, encodeHdlcFrame } from "zigbee-on-host/dist/spinel/hdlc.js";
import {
  decodeSpinelFrame,
  encodeSpinelFrame,
  readStreamRaw,
  writePropertyStreamRaw,
} from "zigbee-on-host/dist/spinel/spinel.js";
import { SpinelStatus as TheirStatus } from "zigbee-on-host/dist/spinel/statuses.js";
import { HdlcDecoder, hdlcMaxLength, putHdlc } from "../../firmware/wire/hdlc";
import { Parsed } from "../../firmware/wire/parsed";
import {
  checkPacked,
  checkSpinel,
  packedLength,
  putPacked,
  putSpinel,
  readPacked,
  SpinelCommand,
  spinelCommand,
  spinelProperty,
  spinelTransaction,
  spinelValueAt,
} from "../../firmware/wire/spinel";
import { isReset, SpinelProperty, SpinelStatus } from "../../firmware/wire/spinel-property";
import {
  checkReceived,
  checkSend,
  putReceived,
  putSend,
  receivedLqi,
  receivedRssi,
  receivedTimestamp,
  StreamRaw,
  streamFrameLength,
} from "../../firmware/wire/spinel-stream";
import { hex, toHex } from "../hex";
import { build } from "./sample-frames";

const data = fc.uint8Array({ minLength: 1, maxLength: 300 });

function encode(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(hdlcMaxLength(bytes.length));
  return out.slice(0, putHdlc(out, 0, bytes, 0, bytes.length));
}

/** All that a decoder answers to a line's bytes, but for "nothing yet". */
function answers(decoder: HdlcDecoder, line: Uint8Array): Parsed[] {
  const found = [];
  for (const byte of line) {
    const code = decoder.push(byte);
    if (code !== Parsed.UNSUPPORTED) found.push(code);
  }
  return found;
}

describe("HDLC-lite, RFC 1662", () => {
  it("frames as zigbee-on-host does, and each reads the other", () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const ours = encode(bytes);
        expect(toHex(decodeHdlcFrame(Buffer.from(ours)))).toBe(toHex(bytes));
        const theirs = encodeHdlcFrame(Buffer.from(bytes));
        expect(toHex(theirs)).toBe(toHex(ours));
        const decoder = new HdlcDecoder(300);
        expect(answers(decoder, theirs)).toEqual([Parsed.OK]);
        expect(toHex(decoder.frame, 0, decoder.length)).toBe(toHex(bytes));
      }),
    );
  });

  it("answers damage to any flipped bit that leaves the framing whole", () => {
    const line = encode(hex("8106001122334455"));
    for (let bit = 8; bit < (line.length - 1) * 8; bit++) {
      const bytes = line.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      expect(answers(new HdlcDecoder(300), bytes)).not.toContain(Parsed.OK);
    }
  });

  it("drops a frame that is too long and takes the next one", () => {
    const decoder = new HdlcDecoder(10);
    const line = [...encode(new Uint8Array(11)), ...encode(new Uint8Array(10))];
    expect(answers(decoder, Uint8Array.from(line))).toEqual([Parsed.TOO_LONG, Parsed.OK]);
  });

  it("drops what was cut and takes the next one", () => {
    const whole = encode(hex("80060072"));
    const decoder = new HdlcDecoder(300);
    const line = [...whole.slice(0, 3), ...whole, 0x7d, ...whole];
    expect(answers(decoder, Uint8Array.from(line))).toEqual([
      Parsed.DAMAGED,
      Parsed.OK,
      Parsed.TRUNCATED,
      Parsed.OK,
    ]);
  });

  it("takes flags in a row for one, and forgets on reset", () => {
    const decoder = new HdlcDecoder(300);
    expect(answers(decoder, hex("7e7e7e7e"))).toEqual([]);
    decoder.push(0x55);
    decoder.reset();
    expect(answers(decoder, encode(hex("80060072")))).toEqual([Parsed.OK]);
  });
});

describe("packed unsigned integers", () => {
  it("packs 1337 as the definition's example: B9 0A", () => {
    expect(toHex(build((b, at) => putPacked(b, at, 1337)))).toBe("b90a");
  });

  it("brings back every number up to three bytes", () => {
    fc.assert(
      fc.property(fc.nat(0x1fffff), (value) => {
        const bytes = build((b, at) => putPacked(b, at, value));
        expect(checkPacked(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(readPacked(bytes, 0)).toBe(value);
        expect(packedLength(bytes, 0)).toBe(bytes.length);
        if (bytes.length > 1)
          expect(checkPacked(bytes, 0, bytes.length - 1)).toBe(Parsed.TRUNCATED);
      }),
    );
  });

  it("refuses a number that goes on after three bytes", () => {
    expect(checkPacked(hex("ffffff01"), 0, 4)).toBe(Parsed.INVALID);
  });
});

describe("Spinel frames", () => {
  it("are what zigbee-on-host reads and writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), data, (transaction, value) => {
        const ours = build((b, at) => {
          const property = SpinelProperty.MAC_SRC_MATCH_SHORT_ADDRESSES;
          const end = putSpinel(b, at, transaction, SpinelCommand.SET, property);
          b.set(value.subarray(0, 40), end);
          return end + Math.min(value.length, 40);
        });
        const theirs = decodeSpinelFrame(Buffer.from(encode(ours)));
        expect(theirs.header).toEqual({ tid: transaction, nli: 0, flg: 2 });
        expect(theirs.commandId).toBe(SpinelCommand.SET);
        const back = decodeHdlcFrame(encodeSpinelFrame(theirs));
        expect(checkSpinel(back, 0, back.length)).toBe(Parsed.OK);
        expect(spinelTransaction(back, 0)).toBe(transaction);
        expect(spinelCommand(back, 0)).toBe(SpinelCommand.SET);
        expect(spinelProperty(back, 0)).toBe(SpinelProperty.MAC_SRC_MATCH_SHORT_ADDRESSES);
        expect(toHex(back, spinelValueAt(back, 0))).toBe(toHex(value.slice(0, 40)));
      }),
    );
  });

  it.each<[string, string, Parsed]>([
    ["no command", "81", Parsed.TRUNCATED],
    ["another protocol on the line", "0106", Parsed.INVALID],
    ["a property command without property", "8106", Parsed.TRUNCATED],
    ["a property that goes on for ever", "8106ffffffff", Parsed.INVALID],
    ["a cut command", "8186", Parsed.TRUNCATED],
  ])("are refused with %s", (_what, text, code) => {
    const bytes = hex(text);
    expect(checkSpinel(bytes, 0, bytes.length)).toBe(code);
  });

  it("have no property in a reset or a no-op", () => {
    expect(checkSpinel(hex("8101"), 0, 2)).toBe(Parsed.OK);
    expect(spinelProperty(hex("8101"), 0)).toBe(-1);
    expect(checkSpinel(hex("8000"), 0, 2)).toBe(Parsed.OK);
  });
});

describe("STREAM_RAW", () => {
  it("carries a received frame with its metadata, as zigbee-on-host reads it", () => {
    const rssi = fc.integer({ min: -128, max: 127 });
    const frame = fc.uint8Array({ minLength: 3, maxLength: 125 });
    const time = fc.nat(2 ** 52);
    fc.assert(
      fc.property(frame, rssi, fc.nat(255), time, (mac, power, lqi, timestamp) => {
        const bytes = build((b, at) =>
          putReceived(b, at, mac, 0, mac.length, 15, power, lqi, timestamp),
        );
        expect(checkReceived(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(streamFrameLength(bytes, 0)).toBe(mac.length);
        expect(receivedRssi(bytes, 0)).toBe(power);
        expect(receivedLqi(bytes, 0, bytes.length)).toBe(lqi);
        expect(receivedTimestamp(bytes, 0)).toBe(timestamp);
        const [theirs, metadata] = readStreamRaw(Buffer.from(bytes), 0);
        expect(toHex(theirs)).toBe(`${toHex(mac)}0000`);
        expect(metadata?.rssi).toBe(power);
        for (let cut = 0; cut < mac.length + 8; cut++)
          expect(checkReceived(bytes, 0, cut)).toBe(Parsed.TRUNCATED);
      }),
      { numRuns: 30 },
    );
  });

  it("sends with the same layout as zigbee-on-host", () => {
    const mac = hex("4188010000ffff0000aabbcc");
    const ours = build((b, at) => {
      const value = putSpinel(b, at, 1, SpinelCommand.SET, SpinelProperty.STREAM_RAW);
      return putSend(b, value, mac, 0, mac.length, 20, 4, 3, true);
    });
    const theirs = writePropertyStreamRaw(Buffer.from([...mac, 0, 0]), {
      txChannel: 20,
      ccaBackoffAttempts: 4,
      ccaRetries: 3,
      enableCSMACA: true,
      headerUpdated: false,
      reTx: false,
      securityProcessed: false,
      txDelay: 0,
      txDelayBaseTime: 0,
      rxChannelAfterTxDone: 20,
    });
    expect(toHex(ours, 2)).toBe(toHex(theirs));
    const at = spinelValueAt(ours, 0);
    expect(checkSend(ours, at, ours.length - at)).toBe(Parsed.OK);
  });

  it("refuses a frame that the radio could not have", () => {
    expect(checkReceived(hex("0100 00 00000000"), 0, 7)).toBe(Parsed.INVALID);
    const bytes = new Uint8Array(200);
    bytes[0] = StreamRaw.FRAME_MAX + 3;
    expect(checkReceived(bytes, 0, 200)).toBe(Parsed.TOO_LONG);
  });

  it("knows no link quality when the co-processor gave none", () => {
    expect(receivedLqi(hex("0200 0000 c4 80 0000"), 0, 8)).toBe(0);
  });
});

describe("status codes", () => {
  it.each<[keyof typeof TheirStatus, number]>([
    ["OK", SpinelStatus.OK],
    ["NOMEM", SpinelStatus.NO_MEMORY],
    ["BUSY", SpinelStatus.BUSY],
    ["NO_ACK", SpinelStatus.NO_ACK],
    ["CCA_FAILURE", SpinelStatus.CCA_FAILURE],
    ["RESET_POWER_ON", SpinelStatus.RESET_POWER_ON],
    ["RESET_SOFTWARE", SpinelStatus.RESET_SOFTWARE],
    ["RESET_WATCHDOG", SpinelStatus.RESET_WATCHDOG],
  ])("%s has OpenThread's number", (name, ours) => {
    expect(ours).toBe(TheirStatus[name]);
  });

  it("tells a restart from everything else", () => {
    const resets = Array.from({ length: 200 }, (_, status) => status).filter(isReset);
    expect([resets[0], resets.at(-1)]).toEqual([112, 127]);
  });
});
