// Values of options, checked: each answers the value or a `UsageError` that says what it must be.

import { isIPv4 } from "node:net";
import { UsageError } from "./usage-error";

export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
    }
    return value;
  };
}

export function positiveNumber(name: string, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > max) {
      throw new UsageError(`${name} must be a number over 0 and up to ${max}, not "${text}"`);
    }
    return value;
  };
}

/** `max`, or how many times real time. */
export function speed(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  return positiveNumber("--speed", 1_000_000)(text);
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT` with an IPv4 address or `localhost`. */
export function endpoint(name: string): (text: string) => Endpoint {
  return (text) => {
    const at = text.lastIndexOf(":");
    const host = text.slice(0, Math.max(at, 0)) === "localhost" ? "127.0.0.1" : text.slice(0, at);
    const digits = text.slice(at + 1);
    const port = Number(digits);
    if (at < 1 || !isIPv4(host) || !/^\d{1,5}$/.test(digits) || port < 1 || port > 65_535) {
      throw new UsageError(`${name} must be HOST:PORT, as 127.0.0.1:5683, not "${text}"`);
    }
    return { host, port };
  };
}

/** `udp://HOST:PORT`. */
export function udpEndpoint(name: string): (text: string) => Endpoint {
  return (text) => {
    if (!text.startsWith("udp://")) {
      throw new UsageError(`${name} must be udp://HOST:PORT, as udp://127.0.0.1:5683`);
    }
    return endpoint(name)(text.slice("udp://".length));
  };
}

/** 16 hexadecimal digits, most significant first; colons and dashes may stand between. */
export function eui64(name: string): (text: string) => string {
  return (text) => {
    const digits = text.replace(/[:-]/g, "").toLowerCase();
    if (!/^[0-9a-f]{16}$/.test(digits)) {
      throw new UsageError(`${name} must be an EUI-64, 16 hexadecimal digits, not "${text}"`);
    }
    return digits;
  };
}
