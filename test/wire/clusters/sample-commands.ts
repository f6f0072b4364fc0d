// One frame of every command of every cluster and of each form that its payload takes, in both
// directions between hub and meter, written from end to end: MAC, NWK with its security, APS, ZCL.

import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import { type Layout, layoutOf } from "../../../firmware/wire/clusters/layout";
import { ZclControl } from "../../../firmware/wire/zcl";
import { zclFrame } from "../sample-frames";
import { drawFrom, drawScope, encode, guardChoices, type Values } from "./values";

/** Values that how others read it depends on, though the layout is the same. */
const SPECIAL: Readonly<Record<string, readonly Values[]>> = {
  // Deprecated: to be 0.
  "Messaging CancelMessage of the server": [{ messageControl: 0 }],
  // The entries of a day are tiers of a price, a switch, or bits of switches.
  "Calendar PublishDayProfile of the server": [
    { calendarType: 0 },
    { calendarType: 3, dayScheduleEntries: [{ startTime: 360, state: 1 }] },
    { calendarType: 4 },
  ],
};

export interface SampleCommand {
  readonly cluster: number;
  /** Cluster, command and form. */
  readonly name: string;
  /** Cluster and command. */
  readonly command: string;
  readonly id: number;
  readonly fromServer: boolean;
  readonly toMeter: boolean;
  readonly layout: Layout;
  readonly values: Values;
  readonly payload: Uint8Array;
  /** The MAC frame without its check sequence. */
  readonly bytes: Uint8Array;
}

export function sampleCommands(): SampleCommand[] {
  return CLUSTERS.flatMap((table) => [
    ...table.received.flatMap((row) => samplesOf(table.id, table.name, row, false)),
    ...table.generated.flatMap((row) => samplesOf(table.id, table.name, row, true)),
  ]);
}

function samplesOf(
  cluster: number,
  clusterName: string,
  [id, commandName, text]: readonly [number, string, string],
  fromServer: boolean,
): SampleCommand[] {
  const layout = layoutOf(text);
  const command = `${clusterName} ${commandName}${fromServer ? " of the server" : ""}`;
  const forms = formsOf(layout, 0x100 * cluster + id).flatMap((drawn) =>
    (SPECIAL[command] ?? [{}]).map((special) => ({ ...drawn, ...special })),
  );
  return forms.flatMap((values, form) =>
    [true, false].map((toMeter) => {
      const payload = encode(layout, values);
      const control = ZclControl.CLUSTER | (fromServer ? ZclControl.FROM_SERVER : 0);
      const bytes = zclFrame(toMeter, cluster, control, id, (frame, at) => {
        frame.set(payload, at);
        return at + payload.length;
      });
      const name = `${command}, form ${form}, to ${toMeter ? "meter" : "hub"}`;
      return { cluster, name, command, id, fromServer, toMeter, layout, values, payload, bytes };
    }),
  );
}

/** Values for each choice of what is there, with all that may be missing and without. */
function formsOf(layout: Layout, seed: number): Values[] {
  const forms: Values[] = [];
  let guards: ReadonlyMap<number, number>[] = [new Map()];
  for (const [field, choices] of guardChoices(layout))
    guards = guards.flatMap((one) => choices.map((value) => new Map([...one, [field, value]])));
  for (const one of guards) forms.push(drawScope(layout, -1, drawFrom(seed), true, one));
  const draw = drawFrom(seed + 1);
  // Of three 0 is drawn where something may be missing.
  const shortest = drawScope(
    layout,
    -1,
    (limit) => (limit === 3 ? 0 : draw(limit)),
    false,
    new Map(),
  );
  if (Object.keys(shortest).length < Object.keys(forms[0]!).length) forms.push(shortest);
  return forms;
}
