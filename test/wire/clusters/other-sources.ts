// Where our tables and the facts of the other source differ, and who says that ours is right:
// Wireshark's dissectors (4.0, by what they read: see the interoperability test), or the device
// library of zigbee-herdsman (src/zspec/zcl/definition/cluster.ts at a70284a).

/** What the other source has and the library's revision 6 and later have no more. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["Identify server 1", "of home automation 1.2; neither Wireshark nor herdsman has it"],
  ["Identify client command 2", "of home automation 1.2; neither Wireshark nor herdsman has it"],
  ["Identify client command 3", "of home automation 1.2; neither Wireshark nor herdsman has it"],
]);

export const ATTRIBUTES_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["Basic server 4000", "herdsman, Wireshark"],
  ["Device Management server 114", "Wireshark"],
  ["Device Management server 134", "Wireshark"],
]);

export const COMMANDS_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["Identify client 40", "herdsman, Wireshark"],
]);

interface Difference {
  /** Our fields that the other source has otherwise or not at all. */
  readonly fields: readonly string[];
  readonly source: string;
}

const SIGNED = "Wireshark reads signed numbers; so are the attributes of the same name";
const FIELD_CONTROL = "Wireshark reads bits; the conditions say the same";

export const LAYOUTS_ELSEWHERE: ReadonlyMap<string, Difference> = new Map([
  ["OTA Upgrade client 1", { fields: ["fieldControl:map8"], source: FIELD_CONTROL }],
  [
    "OTA Upgrade client 3",
    { fields: ["fieldControl:map8", "minimumBlockPeriod:u16"], source: "Wireshark, herdsman" },
  ],
  ["OTA Upgrade client 4", { fields: ["fieldControl:map8"], source: FIELD_CONTROL }],
  [
    "OTA Upgrade server 5",
    {
      fields: ["currentTime:utc", "requestTime:utc", "minimumBlockPeriod:u16"],
      source: "herdsman: what status WAIT_FOR_DATA brings; Wireshark has the first two",
    },
  ],
  [
    "Price server 6",
    {
      fields: ["payload:(tierNumberOfBlockThresholds:map8", "blockThreshold:u48*)*"],
      source: "Wireshark: as many thresholds as the low bits say",
    },
  ],
  [
    "Price server 8",
    { fields: ["tierLabels:(tierId:u8", "tierLabel:octets)*"], source: "Wireshark" },
  ],
  [
    "Demand Response and Load Control client 0",
    {
      fields: ["coolingTemperatureSetPointApplied:i16", "heatingTemperatureSetPointApplied:i16"],
      source: SIGNED,
    },
  ],
  ["Metering server b", { fields: ["notificationFlags:map32"], source: "Wireshark" }],
  ["Messaging server 0", { fields: ["extendedMessageControl:map8"], source: "Wireshark" }],
  ["Messaging server 2", { fields: ["extendedMessageControl:map8"], source: "Wireshark" }],
  ["Prepayment server 3", { fields: ["topUpValue:i32", "creditRemaining:i32"], source: SIGNED }],
  ["Prepayment server 6", { fields: ["amountCollected:i32"], source: SIGNED }],
  ["Prepayment client 2", { fields: ["debtAmount:i32", "debtRecoveryAmount:i32"], source: SIGNED }],
  ["Prepayment client 5", { fields: ["creditAdjustmentValue:i32"], source: SIGNED }],
  ["Prepayment client 6", { fields: ["cutOffValue:i32"], source: SIGNED }],
  ["Prepayment client c", { fields: ["overallDebtCap:i32"], source: SIGNED }],
  [
    "Calendar server 1",
    {
      fields: ["state:u8)*"],
      source: "Wireshark: a tier, a switch or bits by the calendar's type",
    },
  ],
  [
    "Device Management server 4",
    {
      fields: [
        "numberOfEvents:u8",
        "eventId:u16*",
        "eventGroupId:u16",
        "logId:enum8",
        "configurationValueMatch:map8",
      ],
      source: "Wireshark: one of four forms by the configuration control",
    },
  ],
]);

/** The same thing under two names. */
const ALIASES: Readonly<Record<string, string>> = {
  offsetintothefile: "fileoffset",
  transferdataclienttoserver: "transferdata",
  transferdataservertoclient: "transferdata",
  transferdataerrorclienttoserver: "transferdataerror",
  transferdataerrorservertoclient: "transferdataerror",
  acktransferdataclienttoserver: "acktransferdata",
  acktransferdataservertoclient: "acktransferdata",
  readydataclienttoserver: "readydata",
  readydataservertoclient: "readydata",
  getcurrencyconversioncommand: "getcurrencyconversion",
};

export function sameName(name: string): string {
  const words = name.replace(/ ?\([^)]*\)/g, "").replace(/^rx /, "received ");
  const letters = words.toLowerCase().replace(/[^a-z0-9]/g, "");
  return ALIASES[letters] ?? letters.replace(/^ota(?=upgrade|current|downloaded)/, "");
}
