// Who can be at the other end of a message: partitions, the kernel, devices.

/** Sender of a message as `receive` gets it. The numbers are part of the conformance suite. */
export const enum Party {
  AUDIT = 0,
  VAULT = 1,
  TRUST = 2,
  ACCESS = 3,
  HAN = 4,
  WAN_MANAGEMENT = 5,
  WAN_APPLICATION = 6,
  FIREWALL = 7,
  MANAGE = 8,
  ESI_SUPPLIER = 9,
  ESI_OPERATOR = 10,
  GAS = 11,
  DEMAND = 12,
  POLICY = 13,
  CONSOLE = 14,

  KERNEL = 63,

  RADIO = 64,
  PLC = 65,
  METER_SERIAL = 66,
  LAN = 67,
  MANAGEMENT_LINK = 68,
  APPLICATION_LINK = 69,
  WALL_CLOCK = 70,
  POWER = 71,
  TAMPER = 72,
  SECURE_ELEMENT = 73,
  FLASH = 74,
}

/** Energy services providers, by the number that messages and grants carry. */
export const enum Provider {
  SUPPLIER = 0,
  OPERATOR = 1,
  COUNT = 2,
}
