/*
 * Loops that C does in a hundredth of the time. Each equals a function of the same name in
 * firmware/wire/little-endian.ts, firmware/storage/crc32.ts or firmware/kernel/partition.ts, in
 * whose place the builder puts it (tools/builder/natives.ts).
 */
#include <math.h>
#include <string.h>

#include "arguments.h"
#include "verbs.h"

/* A length below zero, of a field that is not there, is none: a loop over it does nothing. */
static bool has_length(txMachine *the)
{
	return number_argument(the, 4) > 0;
}

/* Byte by byte and upwards, as the loop in TypeScript does when both places overlap. */
void verb_copy_bytes(txMachine *the)
{
	if (!has_length(the))
		return;

	uint32_t from_start = whole_argument(the, 1), to_start = whole_argument(the, 3);
	uint32_t length = whole_argument(the, 4);
	const uint8_t *from = read_argument(the, 0, from_start, length);
	uint8_t *to = write_argument(the, 2, to_start, length);

	while (length-- > 0)
		*to++ = *from++;
}

void verb_equal_bytes(txMachine *the)
{
	mxResult->kind = XS_BOOLEAN_KIND;
	mxResult->value.boolean = 1;
	if (!has_length(the))
		return;

	uint32_t a_start = whole_argument(the, 1), b_start = whole_argument(the, 3);
	uint32_t length = whole_argument(the, 4);
	const uint8_t *a = read_argument(the, 0, a_start, length);
	const uint8_t *b = read_argument(the, 2, b_start, length);

	mxResult->value.boolean = memcmp(a, b, length) == 0;
}

/* A running value is a number of 32 bits, of either sign as JavaScript's bit operators take it. */
static uint32_t bits_of(txMachine *the, int index)
{
	return (uint32_t)(int64_t)number_argument(the, index);
}

/* Reflected polynomial 0xedb88320, four bits at a time. IEEE 802.3 clause 3.2.9. */
void verb_crc32_step(txMachine *the)
{
	static const uint32_t NIBBLES[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = bits_of(the, 0);
	uint32_t start = whole_argument(the, 2), length = whole_argument(the, 3);
	const uint8_t *bytes = read_argument(the, 1, start, length);

	while (length-- > 0) {
		crc ^= *bytes++;
		crc = (crc >> 4) ^ NIBBLES[crc & 15];
		crc = (crc >> 4) ^ NIBBLES[crc & 15];
	}
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = (txInteger)crc;
}

/* The least of some numbers of a Float64Array: see firmware/kernel/partition.ts. */
void verb_earliest(txMachine *the)
{
	uint32_t first = whole_argument(the, 1), count = whole_argument(the, 2);
	const uint8_t *times = read_numbers(the, 0, first, count);
	double least = INFINITY, time;

	for (; count > 0; count--, times += sizeof time) {
		memcpy(&time, times, sizeof time);
		if (time < least)
			least = time;
	}
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = least;
}
