// The Price cluster: tariffs, prices, blocks, bills.
// @source Smart Energy 07-5356-22 annex D.4

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const PRICE: ClusterTable = {
  id: Cluster.PRICE,
  name: "Price",
  source: "Smart Energy 07-5356-22 annex D.4",
  attributes: [
    [0x0000, "Tier{1-48}PriceLabel", ZclType.OCTET_STRING, WRITABLE],
    [0x0100, "Block{1-15}Threshold", ZclType.UINT48, READ],
    [0x010f, "BlockThresholdCount", ZclType.UINT8, READ],
    [0x0110, "Tier{1-15/16}Block{1-15}Threshold", ZclType.UINT48, READ],
    [0x011f, "Tier{1-15/16}BlockThresholdCount", ZclType.UINT8, READ],
    [0x0200, "StartOfBlockPeriod", ZclType.UTC_TIME, READ],
    [0x0201, "BlockPeriodDuration", ZclType.UINT24, READ],
    [0x0202, "ThresholdMultiplier", ZclType.UINT24, READ],
    [0x0203, "ThresholdDivisor", ZclType.UINT24, READ],
    [0x0204, "BlockPeriodDurationType", ZclType.BITMAP8, READ],
    [0x0300, "CommodityType", ZclType.ENUM8, READ],
    [0x0301, "StandingCharge", ZclType.UINT32, READ],
    [0x0302, "ConversionFactor", ZclType.UINT32, READ],
    [0x0303, "ConversionFactorTrailingDigit", ZclType.BITMAP8, READ],
    [0x0304, "CalorificValue", ZclType.UINT32, READ],
    [0x0305, "CalorificValueUnit", ZclType.ENUM8, READ],
    [0x0306, "CalorificValueTrailingDigit", ZclType.BITMAP8, READ],
    [0x0400, "NoTierBlock{1-16}Price", ZclType.UINT32, READ],
    [0x0410, "Tier{1-15/16}Block{1-16}Price", ZclType.UINT32, READ],
    [0x050f, "PriceTier{16-48}", ZclType.UINT32, READ],
    [0x05fe, "CPP{1-2}Price", ZclType.UINT32, READ],
    [0x0610, "TariffLabel", ZclType.OCTET_STRING, READ],
    [0x0611, "NumberOfPriceTiersInUse", ZclType.UINT8, READ],
    [0x0612, "NumberOfBlockThresholdsInUse", ZclType.UINT8, READ],
    [0x0613, "TierBlockMode", ZclType.ENUM8, READ],
    [0x0615, "UnitOfMeasure", ZclType.ENUM8, READ],
    [0x0616, "Currency", ZclType.UINT16, READ],
    [0x0617, "PriceTrailingDigit", ZclType.BITMAP8, READ],
    [0x0619, "TariffResolutionPeriod", ZclType.ENUM8, READ],
    [0x0620, "CO2", ZclType.UINT32, READ],
    [0x0621, "CO2Unit", ZclType.ENUM8, READ],
    [0x0622, "CO2TrailingDigit", ZclType.BITMAP8, READ],
    [0x0700, "CurrentBillingPeriodStart", ZclType.UTC_TIME, READ],
    [0x0701, "CurrentBillingPeriodDuration", ZclType.UINT24, READ],
    [0x0702, "LastBillingPeriodStart", ZclType.UTC_TIME, READ],
    [0x0703, "LastBillingPeriodDuration", ZclType.UINT24, READ],
    [0x0704, "LastBillingPeriodConsolidatedBill", ZclType.UINT32, READ],
    [0x0800, "CreditPaymentDueDate", ZclType.UTC_TIME, READ],
    [0x0801, "CreditPaymentStatus", ZclType.ENUM8, READ],
    [0x0802, "CreditPaymentOverDueAmount", ZclType.INT32, READ],
    [0x080a, "PaymentDiscount", ZclType.INT32, READ],
    [0x080b, "PaymentDiscountPeriod", ZclType.ENUM8, READ],
    [0x0810, "CreditPayment{1-5/16}", ZclType.UINT32, READ],
    [0x0811, "CreditPaymentDate{1-5/16}", ZclType.UTC_TIME, READ],
    [0x0812, "CreditPaymentRef{1-5/16}", ZclType.OCTET_STRING, READ],
    [0x8000, "ReceivedTier{1-48}PriceLabel", ZclType.OCTET_STRING, WRITABLE],
    [0x8100, "ReceivedBlock{1-15}Threshold", ZclType.UINT48, READ],
    [0x8200, "ReceivedStartOfBlockPeriod", ZclType.UTC_TIME, READ],
    [0x8201, "ReceivedBlockPeriodDuration", ZclType.UINT24, READ],
    [0x8202, "ReceivedThresholdMultiplier", ZclType.UINT24, READ],
    [0x8203, "ReceivedThresholdDivisor", ZclType.UINT24, READ],
    [0x8400, "ReceivedNoTierBlock{1-16}Price", ZclType.UINT32, READ],
    [0x8410, "ReceivedTier{1-15/16}Block{1-16}Price", ZclType.UINT32, READ],
    [0x850f, "ReceivedPriceTier{16-48}", ZclType.UINT32, READ],
    [0x8610, "ReceivedTariffLabel", ZclType.OCTET_STRING, READ],
    [0x8611, "ReceivedNumberOfPriceTiersInUse", ZclType.UINT8, READ],
    [0x8612, "ReceivedNumberOfBlockThresholdsInUse", ZclType.UINT8, READ],
    [0x8613, "ReceivedTierBlockMode", ZclType.UINT8, READ],
    [0x8615, "ReceivedTariffResolutionPeriod", ZclType.ENUM8, READ],
    [0x8625, "ReceivedCO2", ZclType.UINT32, READ],
    [0x8626, "ReceivedCO2Unit", ZclType.ENUM8, READ],
    [0x8627, "ReceivedCO2TrailingDigit", ZclType.BITMAP8, READ],
    [0x8700, "ReceivedCurrentBillingPeriodStart", ZclType.UTC_TIME, READ],
    [0x8701, "ReceivedCurrentBillingPeriodDuration", ZclType.UINT24, READ],
    [0x8702, "ReceivedLastBillingPeriodStart", ZclType.UTC_TIME, READ],
    [0x8703, "ReceivedLastBillingPeriodDuration", ZclType.UINT24, READ],
    [0x8704, "ReceivedLastBillingPeriodConsolidatedBill", ZclType.UINT32, READ],
  ],
  clientAttributes: [
    [0x0000, "PriceIncreaseRandomizeMinutes", ZclType.UINT8, WRITABLE],
    [0x0001, "PriceDecreaseRandomizeMinutes", ZclType.UINT8, WRITABLE],
    [0x0002, "CommodityType", ZclType.ENUM8, READ],
  ],
  received: [
    [0x00, "GetCurrentPrice", "commandOptions:map8"],
    [0x01, "GetScheduledPrices", "startTime:utc numberOfEvents:u8"],
    [
      0x02,
      "PriceAcknowledgement",
      "providerId:u32 issuerEventId:u32 priceAckTime:utc control:map8",
    ],
    [0x03, "GetBlockPeriods", "startTime:utc numberOfEvents:u8 tariffType:enum8?"],
    [0x04, "GetConversionFactor", "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8"],
    [0x05, "GetCalorificValue", "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8"],
    [
      0x06,
      "GetTariffInformation",
      "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8 tariffType:enum8",
    ],
    [0x07, "GetPriceMatrix", "issuerTariffId:u32"],
    [0x08, "GetBlockThresholds", "issuerTariffId:u32"],
    [
      0x09,
      "GetCO2Value",
      "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8 tariffType:enum8",
    ],
    [0x0a, "GetTierLabels", "issuerTariffId:u32"],
    [
      0x0b,
      "GetBillingPeriod",
      "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8 tariffType:enum8",
    ],
    [
      0x0c,
      "GetConsolidatedBill",
      "earliestStartTime:utc minIssuerEventId:u32 numberOfCommands:u8 tariffType:enum8",
    ],
    [0x0d, "CppEventResponse", "issuerEventId:u32 cppAuth:enum8"],
    [0x0e, "GetCreditPayment", "latestEndTime:utc numberOfRecords:u8"],
    [0x0f, "GetCurrencyConversion", ""],
    [0x10, "GetTariffCancellation", ""],
  ],
  generated: [
    [
      0x00,
      "PublishPrice",
      "providerId:u32 rateLabel:octets issuerEventId:u32 currentTime:utc unitOfMeasure:enum8 " +
        "currency:u16 priceTrailingDigitAndPriceTier:map8 " +
        "numberOfPriceTiersAndRegisterTier:map8 startTime:utc durationInMinutes:u16 price:u32 " +
        "priceRatio:u8? generationPrice:u32? generationPriceRatio:u8? " +
        "alternateCostDelivered:u32? alternateCostUnit:enum8? alternateCostTrailingDigit:map8? " +
        "numberOfBlockThresholds:u8? priceControl:map8? numberOfGenerationTiers:u8? " +
        "generationTier:enum8? extendedNumberOfPriceTiers:enum8? extendedPriceTier:enum8? " +
        "extendedRegisterTier:enum8?",
    ],
    [
      0x01,
      "PublishBlockPeriod",
      "providerId:u32 issuerEventId:u32 blockPeriodStartTime:utc blockPeriodDuration:u24 " +
        "blockPeriodControl:map8 blockPeriodDurationType:map8 tariffType:enum8 " +
        "tariffResolutionPeriod:enum8",
    ],
    [
      0x02,
      "PublishConversionFactor",
      "issuerEventId:u32 startTime:utc conversionFactor:u32 " +
        "conversionFactorTrailingDigit:map8",
    ],
    [
      0x03,
      "PublishCalorificValue",
      "issuerEventId:u32 startTime:utc calorificValue:u32 calorificValueUnit:enum8 " +
        "calorificValueTrailingDigit:map8",
    ],
    [
      0x04,
      "PublishTariffInformation",
      "providerId:u32 issuerEventId:u32 issuerTariffId:u32 startTime:utc " +
        "tariffTypeChargingScheme:map8 tariffLabel:octets numberOfPriceTiersInUse:u8 " +
        "numberOfBlockThresholdsInUse:u8 unitOfMeasure:enum8 currency:u16 " +
        "priceTrailingDigit:map8 standingCharge:u32 tierBlockMode:enum8 " +
        "blockThresholdMultiplier:u24 blockThresholdDivisor:u24",
    ],
    [
      0x05,
      "PublishPriceMatrix",
      "providerId:u32 issuerEventId:u32 startTime:utc issuerTariffId:u32 commandIndex:u8 " +
        "numberOfCommands:u8 subPayloadControl:map8 payload:(tierBlockId:u8 price:u32)*",
    ],
    [
      0x06,
      "PublishBlockThresholds",
      "providerId:u32 issuerEventId:u32 startTime:utc issuerTariffId:u32 commandIndex:u8 " +
        "numberOfCommands:u8 subPayloadControl:map8 payload:(tierNumberOfBlockThresholds:map8 " +
        "blockThreshold:u48*tierNumberOfBlockThresholds&0x0f)*",
    ],
    [
      0x07,
      "PublishCO2Value",
      "providerId:u32 issuerEventId:u32 startTime:utc tariffType:enum8 co2Value:u32 " +
        "co2ValueUnit:enum8 co2ValueTrailingDigit:map8",
    ],
    [
      0x08,
      "PublishTierLabels",
      "providerId:u32 issuerEventId:u32 issuerTariffId:u32 commandIndex:u8 " +
        "numberOfCommands:u8 numberOfLabels:u8 tierLabels:(tierId:u8 " +
        "tierLabel:octets)*numberOfLabels",
    ],
    [
      0x09,
      "PublishBillingPeriod",
      "providerId:u32 issuerEventId:u32 billingPeriodStartTime:utc " +
        "billingPeriodDuration:map24 billingPeriodDurationType:map8 tariffType:enum8",
    ],
    [
      0x0a,
      "PublishConsolidatedBill",
      "providerId:u32 issuerEventId:u32 billingPeriodStartTime:utc " +
        "billingPeriodDuration:map24 billingPeriodDurationType:map8 tariffType:enum8 " +
        "consolidatedBill:u32 currency:u16 billTrailingDigit:map8",
    ],
    [
      0x0b,
      "PublishCppEvent",
      "providerId:u32 issuerEventId:u32 startTime:utc durationInMinutes:u16 tariffType:enum8 " +
        "cppPriceTier:enum8 cppAuth:enum8",
    ],
    [
      0x0c,
      "PublishCreditPayment",
      "providerId:u32 issuerEventId:u32 creditPaymentDueDate:utc " +
        "creditPaymentOverDueAmount:u32 creditPaymentStatus:enum8 creditPayment:u32 " +
        "creditPaymentDate:utc creditPaymentRef:octets",
    ],
    [
      0x0d,
      "PublishCurrencyConversion",
      "providerId:u32 issuerEventId:u32 startTime:utc oldCurrency:u16 newCurrency:u16 " +
        "conversionFactor:u32 conversionFactorTrailingDigit:map8 " +
        "currencyChangeControlFlags:map32",
    ],
    [0x0e, "CancelTariff", "providerId:u32 issuerTariffId:u32 tariffType:enum8"],
  ],
};
