#include "crc16.h"

/* A step for each half of a byte: 32 bytes of flash, and a third of the time of single bits. */
static const uint16_t half_byte[16] = {
	0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
	0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f,
};

uint16_t crc16_step(uint16_t crc, uint8_t byte)
{
	crc = (uint16_t)((crc >> 4) ^ half_byte[(crc ^ byte) & 0xf]);
	return (uint16_t)((crc >> 4) ^ half_byte[(crc ^ (byte >> 4)) & 0xf]);
}

uint16_t crc16(const uint8_t *bytes, unsigned length)
{
	uint16_t crc = CRC16_START;

	for (unsigned i = 0; i < length; i++)
		crc = crc16_step(crc, bytes[i]);
	return crc ^ CRC16_COMPLEMENT;
}
