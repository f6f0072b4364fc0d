/*
 * Loops that C does in a hundredth of the time. Each equals a function of the same name in
 * firmware/wire/little-endian.ts, firmware/storage/crc32.ts or firmware/kernel/partition.ts, in
 * whose place the builder puts it (tools/builder/natives.ts).
 */
#include <math.h>
#include <string.h>

#include "arguments.h"
#include "crc32.h"
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

void verb_crc32_step(txMachine *the)
{
	uint32_t start = whole_argument(the, 2), length = whole_argument(the, 3);
	const uint8_t *bytes = read_argument(the, 1, start, length);

	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = (txInteger)crc32_step(bits_of(the, 0), bytes, length);
}

static double least_of(const uint8_t *times, uint32_t count)
{
	double least = INFINITY, time;

	for (; count > 0; count--, times += sizeof time) {
		memcpy(&time, times, sizeof time);
		if (time < least)
			least = time;
	}
	return least;
}

/*
 * The least of some numbers of a Float64Array: see firmware/kernel/partition.ts. Numbers without a
 * sign stand in the order of their bits, and what is no number behind infinity: a Cortex-M4F has no
 * instruction that compares two doubles.
 */
void verb_earliest(txMachine *the)
{
	uint32_t first = whole_argument(the, 1), count = whole_argument(the, 2);
	const uint8_t *times = read_numbers(the, 0, first, count);
	const double never = INFINITY;
	uint64_t least, signs = 0, bits;

	memcpy(&least, &never, sizeof least);
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&bits, times + i * sizeof bits, sizeof bits);
		signs |= bits;
		if (bits < least)
			least = bits;
	}
	mxResult->kind = XS_NUMBER_KIND;
	if (signs >> 63 == 0)
		memcpy(&mxResult->value.number, &least, sizeof least);
	else
		mxResult->value.number = least_of(times, count);
}
