/*
 * Who can be at the other end of a message: firmware/ipc/party.ts. Partitions are the numbers below
 * their count; the generated table asserts that these here agree with TypeScript.
 */

#ifndef HEDDLE_PARTY_H
#define HEDDLE_PARTY_H

enum party {
	PARTY_KERNEL = 63,
	PARTY_RADIO = 64,
	PARTY_PLC = 65,
	PARTY_METER_SERIAL = 66,
	PARTY_LAN = 67,
	PARTY_MANAGEMENT_LINK = 68,
	PARTY_APPLICATION_LINK = 69,
	PARTY_WALL_CLOCK = 70,
	PARTY_POWER = 71,
	PARTY_TAMPER = 72,
	PARTY_SECURE_ELEMENT = 73,
	PARTY_FLASH = 74,
};

#endif
