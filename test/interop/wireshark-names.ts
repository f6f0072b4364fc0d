// What Wireshark calls otherwise than we do, letters and digits only.

/** Fields of commands, ours first; some of theirs go with several of ours. */
const FIELDS: readonly (readonly [string, string])[] = [
  ["appliedupdateperiod", "appliedupdateperiodseconds"],
  ["billingperiodstarttime", "starttime"],
  ["clearedeventslogs", "clearedeventlogs"],
  ["co2valueunit", "co2unit"],
  ["commandcount", "totalnumberofcommands"],
  ["commandids", "commandidentifier"],
  ["control", "pricecontrol"],
  ["currentfileversion", "fileversion"],
  ["currentzigbeestackversion", "zigbeestackversion"],
  ["durationinminutes", "duration"],
  ["earliestsampletime", "samplestarttime"],
  ["earlieststarttime", "starttime"],
  ["effectivetime", "reserved"],
  ["effectid", "effect"],
  ["effectvariant", "variant"],
  ["endpointid", "removedendpointid"],
  ["fastpolltimeout", "fastpolltimeoutquarterseconds"],
  ["flowcontrolsupport", "flowcontrolsupported"],
  ["implementationdatetime", "implementationtime"],
  ["implementationtime", "cinimplementationtime"],
  // Of the command CancelTariff.
  ["issuertariffid", "issuereventid"],
  ["latestendtime", "endtime"],
  ["logpayloadcontrol", "numberofeventslogpayloadcontrol"],
  ["manufacturerid", "manufacturercode"],
  ["maximumincomingtransfersize", "maxincomingtransfersize"],
  ["messageconfirmationcontrol", "confirmationcontrol"],
  ["messageresponse", "response"],
  ["newfileversion", "fileversion"],
  ["notificationflags", "notificationflag"],
  ["numberofbytesleft", "numoctetsleft"],
  ["numberofcommands", "noofcommands"],
  ["numberofcommands", "totalnumberofcommands"],
  ["numberofdebts", "numberofrecords"],
  ["numberofoctetsleft", "numoctetsleft"],
  ["pricetrailingdigitandpricetier", "trailingdigitandpricetier"],
  ["protocollistcomplete", "listcomplete"],
  ["requestnodeaddress", "ieeeaddress"],
  ["snapshotpayload", "snapshotsubpayload"],
  ["state", "auxiliaryloadswitchstate"],
  ["state", "friendlycreditenable"],
  ["state", "pricetier"],
  ["supplystatus", "supplystatusafterimplementation"],
  ["tierblockid", "tier"],
  ["tierlabel", "tarifflabel"],
  ["timeout", "identifytimeout"],
  ["totalcommands", "totalnumberofcommands"],
  ["totalnumberofevents", "totalnumberofmatchingevents"],
  ["tunnelstatus", "transferstatus"],
];

export function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Whether a field of ours and one of Wireshark's are called the same, or known to be. */
export function isSameField(ours: string, theirs: string): boolean {
  const [one, other] = [letters(ours), letters(theirs)];
  return one === other || FIELDS.some(([a, b]) => a === one && b === other);
}
