// The Calendar cluster: days, weeks, seasons of a tariff or a switch.
// @source Smart Energy 07-5356-22 annex D.9

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const WRITABLE = Access.READ | Access.WRITE;

export const CALENDAR: ClusterTable = {
  id: Cluster.CALENDAR,
  name: "Calendar",
  source: "Smart Energy 07-5356-22 annex D.9",
  attributes: [[0x0000, "AuxiliarySwitch{1-8}Label", ZclType.OCTET_STRING, WRITABLE]],
  clientAttributes: [],
  received: [
    [
      0x00,
      "GetCalendar",
      "earliestStartTime:utc minIssuerEventId:u32 numberOfCalendars:u8 calendarType:enum8 " +
        "providerId:u32",
    ],
    [0x01, "GetDayProfiles", "providerId:u32 issuerCalendarId:u32 startDayId:u8 numberOfDays:u8"],
    [
      0x02,
      "GetWeekProfiles",
      "providerId:u32 issuerCalendarId:u32 startWeekId:u8 numberOfWeeks:u8",
    ],
    [0x03, "GetSeasons", "providerId:u32 issuerCalendarId:u32"],
    [
      0x04,
      "GetSpecialDays",
      "startTime:utc numberOfEvents:u8 calendarType:enum8 providerId:u32 issuerCalendarId:u32",
    ],
    [0x05, "GetCalendarCancellation", ""],
  ],
  generated: [
    [
      0x00,
      "PublishCalendar",
      "providerId:u32 issuerEventId:u32 issuerCalendarId:u32 startTime:utc calendarType:enum8 " +
        "calendarTimeReference:enum8 calendarName:octets numberOfSeasons:u8 " +
        "numberOfWeekProfiles:u8 numberOfDayProfiles:u8",
    ],
    [
      0x01,
      "PublishDayProfile",
      "providerId:u32 issuerEventId:u32 issuerCalendarId:u32 dayId:u8 " +
        "totalNumberOfScheduleEntries:u8 commandIndex:u8 totalNumberOfCommands:u8 " +
        "calendarType:enum8 dayScheduleEntries:(startTime:u16 state:u8)*",
    ],
    [
      0x02,
      "PublishWeekProfile",
      "providerId:u32 issuerEventId:u32 issuerCalendarId:u32 weekId:u8 dayIdRefMonday:u8 " +
        "dayIdRefTuesday:u8 dayIdRefWednesday:u8 dayIdRefThursday:u8 dayIdRefFriday:u8 " +
        "dayIdRefSaturday:u8 dayIdRefSunday:u8",
    ],
    [
      0x03,
      "PublishSeasons",
      "providerId:u32 issuerEventId:u32 issuerCalendarId:u32 commandIndex:u8 " +
        "totalNumberOfCommands:u8 seasonEntries:(seasonStartDate:date weekIdRef:u8)*",
    ],
    [
      0x04,
      "PublishSpecialDays",
      "providerId:u32 issuerEventId:u32 issuerCalendarId:u32 startTime:utc calendarType:enum8 " +
        "totalNumberOfSpecialDays:u8 commandIndex:u8 totalNumberOfCommands:u8 " +
        "specialDayEntries:(specialDayDate:date dayIdRef:u8)*",
    ],
    [0x05, "CancelCalendar", "providerId:u32 issuerCalendarId:u32 calendarType:enum8"],
  ],
};
