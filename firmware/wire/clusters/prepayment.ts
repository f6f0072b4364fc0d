// The Prepayment cluster: credit, debt, top-ups.
// @source Smart Energy 07-5356-22 annex D.7

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const PREPAYMENT: ClusterTable = {
  id: Cluster.PREPAYMENT,
  name: "Prepayment",
  source: "Smart Energy 07-5356-22 annex D.7",
  attributes: [
    [0x0000, "PaymentControlConfiguration", ZclType.BITMAP16, READ],
    [0x0001, "CreditRemaining", ZclType.INT32, READ],
    [0x0002, "EmergencyCreditRemaining", ZclType.INT32, READ],
    [0x0003, "CreditStatus", ZclType.BITMAP8, READ],
    [0x0004, "CreditRemainingTimestamp", ZclType.UTC_TIME, READ],
    [0x0005, "AccumulatedDebt", ZclType.INT32, READ],
    [0x0006, "OverallDebtCap", ZclType.INT32, READ],
    [0x0010, "EmergencyCreditLimitAllowance", ZclType.UINT32, READ],
    [0x0011, "EmergencyCreditThreshold", ZclType.UINT32, READ],
    [0x0020, "TotalCreditAdded", ZclType.UINT48, READ],
    [0x0021, "MaxCreditLimit", ZclType.UINT32, READ],
    [0x0022, "MaxCreditPerTopUp", ZclType.UINT32, READ],
    [0x0030, "FriendlyCreditWarning", ZclType.UINT8, READ],
    [0x0031, "LowCreditWarningLevel", ZclType.UINT32, READ],
    [0x0032, "IHDLowCreditWarningLevel", ZclType.UINT32, WRITABLE],
    [0x0033, "InterruptSuspendTime", ZclType.UINT8, READ],
    [0x0034, "RemainingFriendlyCreditTime", ZclType.UINT16, READ],
    [0x0035, "NextFriendlyCreditPeriod", ZclType.UTC_TIME, READ],
    [0x0040, "CutOffValue", ZclType.INT32, READ],
    [0x0080, "TokenCarrierId", ZclType.OCTET_STRING, WRITABLE],
    [0x0100, "TopUpDateTime{1-5/16}", ZclType.UTC_TIME, READ],
    [0x0101, "TopUpAmount{1-5/16}", ZclType.INT32, READ],
    [0x0102, "TopUpOriginatingDevice{1-5/16}", ZclType.ENUM8, READ],
    [0x0103, "TopUpCode{1-5/16}", ZclType.OCTET_STRING, READ],
    [0x0210, "DebtLabel{1-3/16}", ZclType.OCTET_STRING, READ],
    [0x0211, "DebtAmount{1-3/16}", ZclType.UINT32, READ],
    [0x0212, "DebtRecoveryMethod{1-3/16}", ZclType.ENUM8, READ],
    [0x0213, "DebtRecoveryStartTime{1-3/16}", ZclType.UTC_TIME, READ],
    [0x0214, "DebtRecoveryCollectionTime{1-3/16}", ZclType.UINT16, READ],
    [0x0216, "DebtRecoveryFrequency{1-3/16}", ZclType.ENUM8, READ],
    [0x0217, "DebtRecoveryAmount{1-3/16}", ZclType.UINT32, READ],
    [0x0219, "DebtRecoveryTopUpPercentage{1-3/16}", ZclType.UINT16, READ],
    [0x0400, "PrepaymentAlarmStatus", ZclType.BITMAP16, READ],
    [0x0401, "PrepayGenericAlarmMask", ZclType.BITMAP16, WRITABLE],
    [0x0402, "PrepaySwitchAlarmMask", ZclType.BITMAP16, WRITABLE],
    [0x0403, "PrepayEventAlarmMask", ZclType.BITMAP16, WRITABLE],
    [0x0500, "HistoricalCostConsumptionFormatting", ZclType.BITMAP8, READ],
    [0x0501, "ConsumptionUnitOfMeasurement", ZclType.ENUM8, READ],
    [0x0502, "CurrencyScalingFactor", ZclType.ENUM8, READ],
    [0x0503, "Currency", ZclType.UINT16, READ],
    [0x051c, "CurrentDayCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x051d, "CurrentDayCostConsumptionReceived", ZclType.UINT48, READ],
    [0x051e, "PreviousDayCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x051f, "PreviousDayCostConsumptionReceived", ZclType.UINT48, READ],
    [0x0520, "PreviousDay{2-8/2}CostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0521, "PreviousDay{2-8/2}CostConsumptionReceived", ZclType.UINT48, READ],
    [0x0530, "CurrentWeekCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0531, "CurrentWeekCostConsumptionReceived", ZclType.UINT48, READ],
    [0x0532, "PreviousWeekCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0533, "PreviousWeekCostConsumptionReceived", ZclType.UINT48, READ],
    [0x0534, "PreviousWeek{2-5/2}CostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0535, "PreviousWeek{2-5/2}CostConsumptionReceived", ZclType.UINT48, READ],
    [0x0540, "CurrentMonthCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0541, "CurrentMonthCostConsumptionReceived", ZclType.UINT48, READ],
    [0x0542, "PreviousMonthCostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0543, "PreviousMonthCostConsumptionReceived", ZclType.UINT48, READ],
    [0x0544, "PreviousMonth{2-13/2}CostConsumptionDelivered", ZclType.UINT48, READ],
    [0x0545, "PreviousMonth{2-13/2}CostConsumptionReceived", ZclType.UINT48, READ],
    [0x055c, "HistoricalFreezeTime", ZclType.UINT16, READ],
  ],
  clientAttributes: [],
  received: [
    [0x00, "SelectAvailableEmergencyCredit", "commandIssueDateTime:utc originatingDevice:enum8"],
    [
      0x02,
      "ChangeDebt",
      "issuerEventId:u32 debtLabel:octets debtAmount:i32 debtRecoveryMethod:enum8 " +
        "debtAmountType:enum8 debtRecoveryStartTime:utc debtRecoveryCollectionTime:u16 " +
        "debtRecoveryFrequency:enum8 debtRecoveryAmount:i32 debtRecoveryBalancePercentage:u16",
    ],
    [
      0x03,
      "EmergencyCreditSetup",
      "issuerEventId:u32 startTime:utc emergencyCreditLimit:u32 emergencyCreditThreshold:u32",
    ],
    [0x04, "ConsumerTopUp", "originatingDevice:enum8 topUpCode:octets"],
    [
      0x05,
      "CreditAdjustment",
      "issuerEventId:u32 startTime:utc creditAdjustmentType:enum8 creditAdjustmentValue:i32",
    ],
    [
      0x06,
      "ChangePaymentMode",
      "providerId:u32 issuerEventId:u32 implementationDateTime:utc " +
        "proposedPaymentControlConfiguration:map16 cutOffValue:i32",
    ],
    [
      0x07,
      "GetPrepaySnapshot",
      "earliestStartTime:utc latestEndTime:utc snapshotOffset:u8 snapshotCause:map32",
    ],
    [0x08, "GetTopUpLog", "latestEndTime:utc numberOfRecords:u8"],
    [0x09, "SetLowCreditWarningLevel", "lowCreditWarningLevel:u32"],
    [0x0a, "GetDebtRepaymentLog", "latestEndTime:utc numberOfDebts:u8 debtType:enum8"],
    [
      0x0b,
      "SetMaximumCreditLimit",
      "providerId:u32 issuerEventId:u32 implementationDateTime:utc maximumCreditLevel:u32 " +
        "maximumCreditPerTopUp:u32",
    ],
    [
      0x0c,
      "SetOverallDebtCap",
      "providerId:u32 issuerEventId:u32 implementationDateTime:utc overallDebtCap:i32",
    ],
  ],
  generated: [
    [
      0x01,
      "PublishPrepaySnapshot",
      "snapshotId:u32 snapshotTime:utc totalSnapshotsFound:u8 commandIndex:u8 " +
        "totalNumberOfCommands:u8 snapshotCause:map32 snapshotPayloadType:enum8 " +
        "snapshotPayload:bytes",
    ],
    [
      0x02,
      "ChangePaymentModeResponse",
      "friendlyCredit:map8 friendlyCreditCalendarId:u32 emergencyCreditLimit:u32 " +
        "emergencyCreditThreshold:u32",
    ],
    [
      0x03,
      "ConsumerTopUpResponse",
      "resultType:enum8 topUpValue:i32 sourceOfTopUp:enum8 creditRemaining:i32",
    ],
    [
      0x05,
      "PublishTopUpLog",
      "commandIndex:u8 totalNumberOfCommands:u8 topUpPayload:(topUpCode:octets " +
        "topUpAmount:i32 topUpTime:utc)*",
    ],
    [
      0x06,
      "PublishDebtLog",
      "commandIndex:u8 totalNumberOfCommands:u8 debtPayload:(collectionTime:utc " +
        "amountCollected:i32 debtType:enum8 outstandingDebt:u32)*",
    ],
  ],
};
