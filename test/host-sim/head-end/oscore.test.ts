import { describe, expect, it } from "vitest";
import { decodeDatagram, encodeDatagram } from "../../../host-sim/head-end/coap";
import { OscoreContext } from "../../../host-sim/head-end/oscore";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

function context(senderId: string, recipientId: string, salt: string, idContext?: string) {
  let sequence = 20;
  return new OscoreContext(
    {
      masterSecret: hex("0102030405060708090a0b0c0d0e0f10"),
      masterSalt: hex(salt),
      idContext: idContext === undefined ? undefined : hex(idContext),
      senderId: hex(senderId),
      recipientId: hex(recipientId),
    },
    () => sequence++,
  );
}

// RFC 8613 appendix C.4 to C.8, its own figures.
const SALT = "9e7ca92223786340";
const REQUESTS = [
  {
    name: "C.4, without a sender ID",
    context: () => context("", "01", SALT),
    plain: "44015d1f00003974396c6f63616c686f737483747631",
    protected: "44025d1f00003974396c6f63616c686f7374620914ff612f1092f1776f1c1668b3825e",
  },
  {
    name: "C.5, without a salt",
    context: () => context("00", "01", ""),
    plain: "440171c30000b932396c6f63616c686f737483747631",
    protected: "440271c30000b932396c6f63616c686f737463091400ff4ed339a5a379b0b8bc731fffb0",
  },
  {
    name: "C.6, with an ID context",
    context: () => context("", "01", SALT, "37cbf3210017a2d3"),
    plain: "44012f8eef9bbf7a396c6f63616c686f737483747631",
    protected:
      "44022f8eef9bbf7a396c6f63616c686f73746b19140837cbf3210017a2d3ff72cd7273fd331ac45cffbe55c3",
  },
];

describe("the head-end's OSCORE (RFC 8613 appendix C)", () => {
  for (const { name, context: make, plain, protected: expected } of REQUESTS) {
    it(`protects the request of ${name}`, () => {
      const datagram = decodeDatagram(hex(plain))!;
      const outside = datagram.options.filter((option) => option.name === "Uri-Host");
      const inside = datagram.options.filter((option) => option.name !== "Uri-Host");
      const { outer } = make().protectRequest({ ...datagram, options: inside });
      const options = [...outside, ...outer.options];
      expect(encodeDatagram({ ...datagram, ...outer, options }).toString("hex")).toBe(expected);
    });
  }

  it("opens the request of C.4 at the server, and protects the response of C.7", () => {
    const server = context("01", "", SALT);
    const request = decodeDatagram(hex(REQUESTS[0]!.protected))!;
    const opened = server.openRequest(request);
    if (typeof opened === "string") throw new Error(opened);
    expect(opened.sequence).toBe(20);
    expect(opened.body.code).toBe("0.01");
    const response = decodeDatagram(hex("64455d1f00003974ff48656c6c6f20576f726c6421"))!;
    const outer = server.protectResponse(response, opened.reference, false);
    expect(encodeDatagram({ ...response, ...outer }).toString("hex")).toBe(
      "64445d1f0000397490ffdbaad1e9a7e7b2a813d3c31524378303cdafae119106",
    );
  });

  it("refuses a request that it has opened before", () => {
    const server = context("01", "", SALT);
    const request = decodeDatagram(hex(REQUESTS[0]!.protected))!;
    server.openRequest(request);
    expect(server.openRequest(request)).toBe("replayed");
  });

  it("refuses a request of which one bit was changed", () => {
    const bytes = hex(REQUESTS[0]!.protected);
    bytes[bytes.length - 1]! ^= 1;
    expect(context("01", "", SALT).openRequest(decodeDatagram(bytes)!)).toBe("forged");
  });

  it("calls a request without a Partial IV malformed", () => {
    const request = decodeDatagram(hex(REQUESTS[0]!.protected))!;
    const options = [{ name: "OSCORE", value: hex("08") }];
    expect(context("01", "", SALT).openRequest({ ...request, options })).toBe("malformed");
  });
});
