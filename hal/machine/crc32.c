/*
 * CRC-32, a word at a time: each of its four bytes has a table, and the four remainders are added.
 * Three and a half instructions a byte on a Cortex-M4F, where SHA-256 takes 62.
 */
#include "crc32.h"

#include <string.h>

#include "crc32-tables.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are taken as they lie in memory");

static uint32_t step_byte(uint32_t crc, uint8_t byte)
{
	return (crc >> 8) ^ TABLES[0][(crc ^ byte) & 0xff];
}

static uint32_t step_word(uint32_t crc, const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, __builtin_assume_aligned(bytes, sizeof word), sizeof word);
	crc ^= word;
	return TABLES[3][crc & 0xff] ^ TABLES[2][(crc >> 8) & 0xff] ^
	       TABLES[1][(crc >> 16) & 0xff] ^ TABLES[0][crc >> 24];
}

uint32_t crc32_step(uint32_t crc, const uint8_t *bytes, uint32_t length)
{
	for (; length > 0 && (uintptr_t)bytes % sizeof(uint32_t) != 0; length--)
		crc = step_byte(crc, *bytes++);
	for (; length >= 16; length -= 16, bytes += 16) {
		crc = step_word(crc, bytes);
		crc = step_word(crc, bytes + 4);
		crc = step_word(crc, bytes + 8);
		crc = step_word(crc, bytes + 12);
	}
	for (; length > 0; length--)
		crc = step_byte(crc, *bytes++);
	return crc;
}
