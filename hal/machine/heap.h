/*
 * The fixed memory of one machine. Chunks grow from its low end and stay adjacent; everything else
 * is taken from its high end, so that slots stay adjacent too. What the engine takes and gives back
 * while it runs (a jump for each try, a grown key table) is reused first. Nothing else is freed one
 * by one: when the machine ends, the whole memory is free.
 */
#ifndef HEDDLE_HEAP_H
#define HEDDLE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap {
	uint8_t *start, *end;
	/* Between them all is free. */
	uint8_t *low, *high;
	/* Given back at the high end, by address. */
	struct heap_block *free;
	/* The least that was ever between `low` and `high`. */
	size_t least;
};

/* Empties it. `start` and `bytes` are whole multiples of 8. */
void heap_open(struct heap *heap, uint8_t *start, size_t bytes);

/* The engine's allocator serves from this heap until another is chosen. */
void heap_choose(struct heap *heap);

void *heap_take(size_t bytes);
void *heap_take_zeroed(size_t count, size_t bytes);
void *heap_resize(void *block, size_t bytes);
void heap_give(void *block);

/* Whether an address lies in the chosen heap. */
bool heap_holds(const void *address);

/* Memory that only the end of the machine gives back: chunks at the low end, slots at the high. */
void *heap_take_low(size_t bytes);
void *heap_take_high(size_t bytes);

/* Less than an eighth of the chosen heap was never taken. */
bool heap_fills(void);

#endif
