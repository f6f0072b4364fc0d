/*
 * CRC-16/X-25: reflected polynomial 0x8408, start 0xffff, complemented; on a line its low byte goes
 * first. RFC 1662 appendix C.2.
 */
#ifndef HEDDLE_CRC16_H
#define HEDDLE_CRC16_H

#include <stdint.h>

enum {
	CRC16_START = 0xffff,
	CRC16_COMPLEMENT = 0xffff,
	CRC16_LENGTH = 2,
	/* What the register holds after data and check sequence of a good frame. */
	CRC16_GOOD = 0xf0b8,
};

/* Takes one more byte into `crc`. */
uint16_t crc16_step(uint16_t crc, uint8_t byte);

/* The finished check sequence of `bytes`. */
uint16_t crc16(const uint8_t *bytes, unsigned length);

#endif
