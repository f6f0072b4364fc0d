/* How host functions read what a partition hands them. A wrong value throws: it is a fault. */
#ifndef HEDDLE_ARGUMENTS_H
#define HEDDLE_ARGUMENTS_H

#include <stdbool.h>
#include "xsAll.h"

struct bytes {
	uint8_t *start;
	unsigned length;
};

/* The slot of argument `index`, or undefined. */
txSlot *argument(txMachine *the, int index);

/* False: it is no Uint8Array. The address holds until the engine next allocates. */
bool bytes_of(txSlot *value, struct bytes *bytes);

/*
 * Has the Uint8Array in `value` show `length` bytes that are nobody's chunk: until it is lent others,
 * or none. Its buffer counts as resizable, so that the engine looks at its length at each use, also
 * of a view that a program made when it was longer.
 */
void lend_bytes(txSlot *value, uint8_t *bytes, unsigned length);

/* A whole number from 0 to 2^32 - 1; false: it is none. */
bool whole_of(const txSlot *value, uint32_t *whole);

uint32_t whole_argument(txMachine *the, int index);
double number_argument(txMachine *the, int index);

/* `length` bytes at `start` of the Uint8Array in argument `index`, for reading or for writing. */
uint8_t *read_argument(txMachine *the, int index, uint32_t start, uint32_t length);
uint8_t *write_argument(txMachine *the, int index, uint32_t start, uint32_t length);

/* `count` doubles from number `first` of the Float64Array in argument `index`. */
const uint8_t *read_numbers(txMachine *the, int index, uint32_t first, uint32_t count);

#endif
