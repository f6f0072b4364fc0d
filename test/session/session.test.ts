import { describe, expect, test } from "vitest";
import { AuditCode, SessionRefusal } from "../../firmware/ipc/audit";
import { Party } from "../../firmware/ipc/party";
import { Sent } from "../../hal/sent";
import { ProviderHub, SUPPLIER_KEYS } from "../partitions/esi/hub";
import { eui64Text, reading } from "../partitions/esi/messages";
import { optionOf, Peer, pathOf } from "./peer";

const PATH = `devices/${eui64Text(1)}/mirror`;
const GET = 1;

function started(): ProviderHub {
  const hub = new ProviderHub();
  hub.bench.advance(1000);
  return hub;
}

/** In its second life: the replay window is lost. */
function restarted(): ProviderHub {
  const hub = started();
  hub.startEsi();
  hub.bench.advance(1000);
  return hub;
}

describe("freshness after a restart (RFC 8613 appendix B.1.2, RFC 9175)", () => {
  test("the first request is not obeyed but challenged: 4.01 with Echo and a Partial IV", () => {
    const hub = restarted();
    const asked = hub.supplier.ask(GET, PATH);
    hub.bench.advance(10);
    const [outcome] = asked.outcomes;
    expect(outcome!.inner!.code).toBe("4.01");
    expect(optionOf(outcome!.inner!, "252")).toHaveLength(8);
    expect(outcome!.hasPartialIv).toBe(true);
    expect(hub.bench.outside.filter((one) => one.to === Party.FIREWALL)).toEqual([]);
  });

  test("a first start can have forgotten nothing, and asks for no proof", () => {
    const hub = started();
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
  });

  test("the request that brings the Echo back is served, and those after it without", () => {
    const hub = restarted().ready();
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
    expect(asked.outcomes[0]!.hasPartialIv).toBe(false);
  });

  test("a wrong Echo, and one that is too old, are challenged again", () => {
    const hub = restarted();
    const first = hub.supplier.ask(GET, PATH);
    hub.bench.advance(1000);
    const echo = optionOf(first.outcomes[0]!.inner!, "252")!;
    const wrong = hub.supplier.ask(GET, PATH, { Echo: Buffer.alloc(8) });
    hub.bench.advance(61_000);
    const late = hub.supplier.ask(GET, PATH, { Echo: echo });
    hub.bench.advance(10);
    expect(wrong.outcomes[0]!.inner!.code).toBe("4.01");
    expect(late.outcomes[0]!.inner!.code).toBe("4.01");
    expect(optionOf(late.outcomes[0]!.inner!, "252")).not.toEqual(echo);
  });

  test("a request recorded before the restart is not obeyed after it", () => {
    const hub = started().ready();
    const recorded = hub.supplier.ask(GET, PATH);
    hub.bench.advance(6000);
    const questions = hub.toFirewall(8).length;
    expect(questions).toBe(1);
    hub.startEsi();
    hub.bench.advance(1000);
    hub.supplier.send(recorded.datagram);
    hub.bench.advance(1000);
    hub.prove(hub.supplier);
    hub.supplier.send(recorded.datagram);
    hub.bench.advance(300_000);
    hub.supplier.send(recorded.datagram);
    hub.bench.advance(1000);
    expect(hub.toFirewall(8).length).toBe(questions);
  });

  test("a flood of replays takes at most five of our numbers a second", () => {
    const hub = restarted();
    const recorded = hub.supplier.ask(GET, PATH);
    hub.bench.advance(1000);
    const before = hub.supplier.sequences.length;
    for (let i = 0; i < 100; i++) {
      // Another message id each time, so that it is no duplicate for the message layer.
      recorded.datagram.writeUInt16BE(0x7000 + i, 2);
      hub.supplier.send(recorded.datagram);
      hub.bench.advance(10);
    }
    expect(hub.supplier.sequences.length - before).toBeLessThanOrEqual(6);
  });
});

describe("replay and forgery (RFC 8613 sections 7.4 and 8.2)", () => {
  test("a replay is answered 4.01 outside OSCORE, counted, audited", () => {
    const hub = started().ready();
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    asked.datagram.writeUInt16BE(0x7001, 2);
    hub.supplier.send(asked.datagram);
    hub.bench.advance(10);
    const [good, replay] = asked.outcomes;
    expect(good!.inner!.code).toBe("4.04");
    expect(replay!.inner).toBeUndefined();
    expect(replay!.outer.code).toBe("4.01");
    expect(replay!.outer.payload.toString()).toBe("Replay detected");
    expect(hub.esi.session.server.refused).toBe(1);
    expect(hub.audited(AuditCode.SESSION_REFUSED)).toEqual([SessionRefusal.REPLAY]);
  });

  test("requests out of order are taken, once each", () => {
    const hub = started().ready();
    const base = hub.supplier.sequence;
    for (const offset of [5, 2, 0, 1, 4, 3, 30, 31]) {
      hub.supplier.sequence = base + offset;
      const asked = hub.supplier.ask(GET, "nothing");
      hub.bench.advance(10);
      expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
    }
    // 32 behind the newest: outside the window.
    hub.supplier.sequence = base + 40;
    hub.supplier.ask(GET, "nothing");
    hub.supplier.sequence = base + 8;
    const old = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    expect(old.outcomes[0]!.outer.code).toBe("4.01");
  });

  test("a wrong key is answered 4.00 outside OSCORE, counted, audited", () => {
    const hub = started().ready();
    const { bench } = hub;
    const secret = new Uint8Array(16).fill(0x99);
    const stranger = new Peer(bench, Party.APPLICATION_LINK, Party.WAN_APPLICATION, {
      ...SUPPLIER_KEYS,
      secret,
    });
    const datagrams: Uint8Array[] = [];
    bench.onDatagram = (datagram) => datagrams.push(datagram);
    stranger.sequence = 1000;
    stranger.messageId = 0x6000;
    const asked = stranger.ask(GET, PATH);
    bench.advance(10);
    stranger.receive(datagrams[0]!);
    expect(asked.outcomes[0]!.outer.code).toBe("4.00");
    expect(asked.outcomes[0]!.outer.payload.toString()).toBe("Decryption failed");
    expect(hub.audited(AuditCode.SESSION_REFUSED)).toEqual([SessionRefusal.NOT_AUTHENTIC]);
  });

  test("another kid context is another context: 4.01 (section 8.2)", () => {
    const hub = started();
    hub.prove(hub.operator);
    const asked = hub.operator.ask(GET, "nothing");
    hub.bench.advance(10);
    const other = Buffer.from(asked.datagram);
    other.writeUInt16BE(0x7004, 2);
    // The length of the kid context and its two bytes.
    other[other.indexOf(Buffer.from([2, 9, 9])) + 1] = 8;
    hub.operator.send(other);
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
    expect(asked.outcomes[1]!.outer.code).toBe("4.01");
    expect(asked.outcomes[1]!.outer.payload.toString()).toBe("Security context not found");
  });

  test("a forged request does not move the replay window", () => {
    const hub = started().ready();
    const asked = hub.supplier.ask(GET, "nothing");
    const forged = Buffer.from(asked.datagram);
    forged.writeUInt16BE(0x7002, 2);
    // The Partial IV is the option's second byte; the sixth token byte is before it.
    const at = forged.indexOf(Buffer.from([0x09, asked.datagram[8]!])) + 1;
    forged[at] = 200;
    hub.supplier.send(forged);
    const next = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    expect(next.outcomes[0]!.inner!.code).toBe("4.04");
  });

  test("authentic bytes that are no CoAP message are refused", () => {
    const hub = started().ready();
    const asked = hub.supplier.askRaw(Uint8Array.of(1, 0xff), 2);
    const response = hub.supplier.askRaw(Uint8Array.of(0x45), 1);
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.outer.code).toBe("4.00");
    expect(response.outcomes[0]!.outer.code).toBe("4.00");
    expect(hub.audited(AuditCode.SESSION_REFUSED)).toEqual([
      SessionRefusal.MALFORMED,
      SessionRefusal.MALFORMED,
    ]);
  });

  test("the operator's session opens nothing of the supplier's", () => {
    const hub = started().ready();
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    const stolen = Buffer.from(asked.datagram);
    stolen.writeUInt16BE(0x7003, 2);
    const seen = hub.operator.seen.length;
    const kid = stolen.lastIndexOf(0x53);
    expect(kid).toBeGreaterThan(0);
    hub.operator.send(stolen);
    hub.bench.advance(10);
    expect(hub.operator.seen.length).toBe(seen);
  });
});

describe("sender sequence numbers", () => {
  test("are never used twice, whenever the hub restarts", () => {
    const hub = new ProviderHub("restarts");
    for (let start = 0; start < 12; start++) {
      hub.bench.advance(200 + 137 * start);
      for (let i = 0; i < start * 3; i++) {
        hub.fromFirewall(reading({ reference: i, time: 1_790_000_000 + i, value: i }));
      }
      hub.bench.advance(50);
      hub.startEsi();
    }
    hub.bench.advance(60_000);
    // A retransmission carries the same number: whole datagrams are compared instead.
    const seen = new Map<number, string>();
    for (const packet of hub.supplier.seen) {
      const option = packet.options.find((one) => one.name === "OSCORE")?.value;
      if (option === undefined || !packet.code.startsWith("0.")) continue;
      const length = option[0]! & 7;
      const sequence = [...option.subarray(1, 1 + length)].reduce((sum, b) => sum * 256 + b, 0);
      const bytes = packet.payload.toString("hex");
      expect(seen.get(sequence) ?? bytes).toBe(bytes);
      seen.set(sequence, bytes);
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  test("go on without a pause when the reserved ones run low", () => {
    const hub = started().ready();
    for (let i = 0; i < 700; i++) {
      hub.fromFirewall(reading({ reference: i, time: 1_790_000_000 + i, value: i }));
      hub.bench.advance(1000);
    }
    hub.bench.advance(30_000);
    expect(hub.esi.sender.delivered).toBe(700);
    expect(hub.esi.session.client.failures).toBe(0);
  });

  test("that are used up make the session silent for ever", () => {
    const hub = started();
    const last = hub.bench;
    // The reservation as it would be after 2^40 - 2 messages.
    hub.exhaust(2);
    hub.startEsi();
    const before = hub.supplier.requests.length;
    last.advance(1000);
    for (let i = 0; i < 5; i++) {
      hub.fromFirewall(reading({ reference: i, time: 1_790_000_000 + i, value: i }));
      last.advance(60_000);
    }
    expect(hub.supplier.requests.length - before).toBe(2);
    expect(Math.max(...hub.supplier.sequences)).toBe(2 ** 40 - 1);
    expect(hub.esi.session.isExhausted()).toBe(true);
  });
});

describe("registration", () => {
  test("comes at the start, hourly, and soon after trouble, with the count of starts", () => {
    const hub = started();
    const count = () => hub.supplier.path.filter((path) => path === "register").length;
    expect(count()).toBe(1);
    hub.bench.advance(3_600_000);
    expect(count()).toBe(2);
    hub.supplier.passes = () => false;
    hub.fromFirewall(reading({ reference: 1, time: 1_790_000_000, value: 1 }));
    hub.bench.advance(200_000);
    hub.supplier.passes = () => true;
    hub.bench.advance(200_000);
    expect(count()).toBe(3);
    // The head-end learns our address before anything else comes.
    const order = hub.supplier.path.slice(-2);
    expect(order).toEqual(["register", "readings"]);
  });

  test("that the head-end refuses is tried again after a minute", () => {
    const hub = new ProviderHub();
    hub.supplier.answer = () => ({ code: "5.03" });
    hub.bench.advance(150_000);
    expect(hub.supplier.path).toEqual(["register", "register", "register"]);
  });

  test("answers a challenge with Echo at once", () => {
    const hub = new ProviderHub();
    const usual = hub.supplier.answer;
    let isChallenged = false;
    hub.supplier.answer = (request) => {
      const echo = optionOf(request, "252");
      if (echo !== undefined) isChallenged = echo.equals(Buffer.from("fresh?"));
      return isChallenged
        ? usual(request)
        : // coap-packet knows Echo by its number alone.
          { code: "4.01", options: [{ name: "252" as never, value: Buffer.from("fresh?") }] };
    };
    hub.bench.advance(1000);
    expect(isChallenged).toBe(true);
    expect(hub.supplier.path).toEqual(["register", "register"]);
  });

  test("pauses longer with each failure, and never more than about thirteen minutes", () => {
    const hub = started();
    hub.supplier.passes = (toHub) => !toHub;
    const times: number[] = [];
    let count = 0;
    hub.fromFirewall(reading({ reference: 1, time: 1_790_000_000, value: 1 }));
    hub.supplier.answer = () => undefined;
    for (let minute = 0; minute < 600; minute++) {
      hub.bench.advance(60_000);
      const now = new Set(hub.supplier.sequences).size;
      if (now > count) times.push(minute);
      count = now;
    }
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(17);
    expect(gaps.at(-1)).toBeGreaterThan(4);
  });
});

describe("the channel to wan", () => {
  test("that is full delays a message and loses none", () => {
    const hub = started().ready();
    let refusals = 5;
    hub.bench.admit = (from, to) =>
      from === Party.ESI_SUPPLIER && to === Party.WAN_APPLICATION && refusals-- > 0
        ? Sent.FULL
        : Sent.OK;
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(500);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
  });

  test("to a wan that restarted is bound again, and what was under way is asked again", () => {
    const hub = started().ready();
    hub.fromFirewall(reading({ reference: 1, time: 1_790_000_000, value: 1 }));
    hub.supplier.passes = () => false;
    hub.bench.advance(20_000);
    hub.startWan();
    hub.esi.peerRestarted(hub.bench.now, Party.WAN_APPLICATION);
    hub.supplier.passes = () => true;
    hub.bench.advance(60_000);
    expect(hub.esi.sender.delivered).toBe(1);
    const asked = hub.supplier.ask(GET, "nothing");
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.inner!.code).toBe("4.04");
    expect(pathOf(hub.supplier.requests.at(-1)!)).toBe("readings");
  });
});

describe("a session without a context", () => {
  test("says nothing, and keeps readings all the same", () => {
    const hub = new ProviderHub();
    hub.memories.supplierSession.erase(0);
    hub.memories.supplierSession.erase(4096);
    hub.memories.supplierSession.erase(8192);
    hub.memories.supplierSession.erase(12288);
    hub.startEsi();
    hub.bench.advance(10_000);
    expect(hub.supplier.seen).toEqual([]);
    hub.fromFirewall(reading({ reference: 1, time: 1_790_000_000, value: 1 }));
    expect(hub.toFirewall(2)).toHaveLength(1);
  });
});
