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

void verb_find_byte(txMachine *the)
{
	uint32_t start = whole_argument(the, 1), stride = whole_argument(the, 2);
	uint32_t count = whole_argument(the, 3), value = whole_argument(the, 4);

	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = -1;
	if (count == 0)
		return;

	const uint8_t *bytes = read_argument(the, 0, start, (count - 1) * stride + 1);

	for (uint32_t i = 0; i < count; i++, bytes += stride) {
		if (*bytes != value)
			continue;
		mxResult->value.integer = (txInteger)i;
		return;
	}
}

/* The bits of a number that JavaScript holds exactly; of any other number, none. */
static uint64_t exact_bits(txMachine *the, int index)
{
	const double most = 9007199254740992.0;
	double number;

	if (argument(the, index)->kind == XS_INTEGER_KIND)
		return (uint64_t)(int64_t)argument(the, index)->value.integer;
	number = number_argument(the, index);
	return number >= -most && number <= most ? (uint64_t)(int64_t)number : 0;
}

static void write_number(txMachine *the, uint32_t length)
{
	uint64_t bits = exact_bits(the, 2);
	uint8_t *to = write_argument(the, 0, whole_argument(the, 1), length);

	for (; length > 0; length--, bits >>= 8)
		*to++ = (uint8_t)bits;
}

void verb_write_u16(txMachine *the)
{
	write_number(the, 2);
}

void verb_write_u32(txMachine *the)
{
	write_number(the, 4);
}

void verb_write_u48(txMachine *the)
{
	write_number(the, 6);
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
