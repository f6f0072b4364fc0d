// What a head-end prints of what it receives: lines for a person, or JSON, a document a line.

import type { HeadEndListener, ReceivedReading } from "../../host-sim/head-end/head-end";
import { REFUSAL_REASONS } from "../../host-sim/head-end/refusal-reasons";

/** @source docs/wan.md */
const DEVICE_LOG_CHANGED = 0x8f12;
const EVENTS = ["joined", "refused", "left"];
const FATES = ["", "delivered", "expired", "undeliverable", "unanswered"];

/** A reading fits 80 columns. */
export function printer(json: boolean, write: (line: string) => void): HeadEndListener {
  const out = (event: string, fields: object, words: string): void =>
    write(json ? JSON.stringify({ event, ...fields }) : `${event} ${words}`);
  return {
    registered: (_now, context, boots, version) =>
      out("registered", { context, boots, version }, `${context} boot ${boots}, ${version}`),
    reading: (_now, reading) => {
      const { context, eui64, time } = reading;
      const at = new Date(time * 1_000).toISOString().replace(".000Z", "Z");
      out("reading", reading, `${context} ${at} ${eui64} ${quantity(reading)}`);
    },
    message: (_now, { context, eui64, messageId, bytes }) => {
      const fields = { context, eui64, messageId, payload: bytes.toString("hex") };
      const of = messageId === undefined ? "unasked for" : `answers message ${messageId}`;
      out("message", fields, `${context} ${eui64} ${bytes.length} bytes, ${of}`);
    },
    alert: (_now, alert) => {
      const { code, eui64, detail } = alert;
      const known = code === DEVICE_LOG_CHANGED ? deviceEvent(detail) : `detail ${detail}`;
      out("alert", alert, `0x${code.toString(16)} ${eui64} ${known}`);
    },
    fate: (_now, fate) => {
      const { context, messageId, result } = fate;
      out("fate", fate, `${context} message ${messageId} ${FATES[result] || `fate ${result}`}`);
    },
  };
}

/** In the units of a bill: litres are cubic metres, watt-hours kilowatt-hours. */
function quantity({ quantity: name, value }: ReceivedReading): string {
  const thousandth = (value / 1_000).toFixed(3);
  if (name.startsWith("gas")) return `${name} ${thousandth} m3`;
  return name.startsWith("electricity") ? `${name} ${thousandth} kWh` : `${name} ${value} W`;
}

function deviceEvent(detail: number): string {
  const event = EVENTS[Math.floor(detail / 256)] ?? `detail ${detail}`;
  const reason = REFUSAL_REASONS[detail % 256];
  return detail % 256 === 0 || reason === undefined ? event : `${event}: ${reason}`;
}
