// The data types of ZCL attributes and their lengths.
// @source ZCL 07-5123-06 section 2.6.2, table 2-10

export const enum ZclType {
  NO_DATA = 0x00,
  DATA8 = 0x08,
  DATA16 = 0x09,
  DATA24 = 0x0a,
  DATA32 = 0x0b,
  DATA40 = 0x0c,
  DATA48 = 0x0d,
  DATA56 = 0x0e,
  DATA64 = 0x0f,
  BOOLEAN = 0x10,
  BITMAP8 = 0x18,
  BITMAP16 = 0x19,
  BITMAP24 = 0x1a,
  BITMAP32 = 0x1b,
  BITMAP40 = 0x1c,
  BITMAP48 = 0x1d,
  BITMAP56 = 0x1e,
  BITMAP64 = 0x1f,
  UINT8 = 0x20,
  UINT16 = 0x21,
  UINT24 = 0x22,
  UINT32 = 0x23,
  UINT40 = 0x24,
  UINT48 = 0x25,
  UINT56 = 0x26,
  UINT64 = 0x27,
  INT8 = 0x28,
  INT16 = 0x29,
  INT24 = 0x2a,
  INT32 = 0x2b,
  INT40 = 0x2c,
  INT48 = 0x2d,
  INT56 = 0x2e,
  INT64 = 0x2f,
  ENUM8 = 0x30,
  ENUM16 = 0x31,
  SEMI = 0x38,
  SINGLE = 0x39,
  DOUBLE = 0x3a,
  OCTET_STRING = 0x41,
  CHARACTER_STRING = 0x42,
  LONG_OCTET_STRING = 0x43,
  LONG_CHARACTER_STRING = 0x44,
  ARRAY = 0x48,
  STRUCTURE = 0x4c,
  SET = 0x50,
  BAG = 0x51,
  TIME_OF_DAY = 0xe0,
  DATE = 0xe1,
  UTC_TIME = 0xe2,
  CLUSTER_ID = 0xe8,
  ATTRIBUTE_ID = 0xe9,
  BACNET_OID = 0xea,
  EUI64 = 0xf0,
  KEY128 = 0xf1,
  UNKNOWN = 0xff,
}

export const enum ZclLength {
  /** One length byte before the value. */
  SHORT_STRING = -1,
  /** Two length bytes before the value. */
  LONG_STRING = -2,
  /** An array or a structure of values. */
  COLLECTION = -3,
  /** No such type. */
  NONE = -4,
}

/** Bytes of a value of this type, or a `ZclLength` when they are not fixed. */
export function zclTypeLength(type: number): number {
  return isInteger(type) ? (type & 7) + 1 : otherLength(type);
}

/** Most values are integers, of 1 to 8 bytes: the type's last three bits plus one. */
export function isInteger(type: number): boolean {
  return (type & 0xf0) === ZclType.UINT8;
}

function otherLength(type: number): number {
  if (type >= ZclType.DATA8 && type <= ZclType.INT64) return blockLength(type);
  switch (type) {
    case ZclType.NO_DATA:
    case ZclType.UNKNOWN:
      return 0;
    case ZclType.ENUM8:
      return 1;
    case ZclType.ENUM16:
    case ZclType.SEMI:
    case ZclType.CLUSTER_ID:
    case ZclType.ATTRIBUTE_ID:
      return 2;
    case ZclType.SINGLE:
    case ZclType.TIME_OF_DAY:
    case ZclType.DATE:
    case ZclType.UTC_TIME:
    case ZclType.BACNET_OID:
      return 4;
    case ZclType.DOUBLE:
    case ZclType.EUI64:
      return 8;
    case ZclType.KEY128:
      return 16;
    case ZclType.OCTET_STRING:
    case ZclType.CHARACTER_STRING:
      return ZclLength.SHORT_STRING;
    case ZclType.LONG_OCTET_STRING:
    case ZclType.LONG_CHARACTER_STRING:
      return ZclLength.LONG_STRING;
    case ZclType.ARRAY:
    case ZclType.STRUCTURE:
    case ZclType.SET:
    case ZclType.BAG:
      return ZclLength.COLLECTION;
    default:
      return ZclLength.NONE;
  }
}

/** Whether a change of the value can be measured: such types have a reportable change. */
export function isAnalog(type: number): boolean {
  if (type >= ZclType.UINT8 && type <= ZclType.INT64) return true;
  if (type >= ZclType.SEMI && type <= ZclType.DOUBLE) return true;
  return type >= ZclType.TIME_OF_DAY && type <= ZclType.UTC_TIME;
}

/** Data, bitmaps and integers come in eights: 1 to 8 bytes. Booleans stand alone. */
function blockLength(type: number): number {
  if (type === ZclType.BOOLEAN) return 1;
  if (type > ZclType.BOOLEAN && type < ZclType.BITMAP8) return ZclLength.NONE;
  return (type & 7) + 1;
}
