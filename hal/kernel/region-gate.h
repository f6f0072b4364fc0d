/*
 * One flash region as its owner's instances see it: one operation at a time, and the completion of
 * an operation never reaches another instance than the one that started it.
 */

#ifndef HEDDLE_REGION_GATE_H
#define HEDDLE_REGION_GATE_H

#include <stdint.h>

enum gate_state {
	GATE_IDLE = 0,
	/* The chip works on an operation of the present instance. */
	GATE_BUSY = 1,
	/* The chip works on an operation of an instance that has died. */
	GATE_ORPHANED = 2,
	/* The completion waits to be handed over. */
	GATE_DONE = 3,
};

struct region_gate {
	/* Completions that belonged to a dead instance. */
	uint16_t swallowed;
	uint8_t state;
};

/* `region` is a place in table_regions. The owner may start its next operation from now on. */
void region_gate_begin(unsigned region);
/* A completion from the chip. */
unsigned region_gate_complete(unsigned region, const uint8_t *bytes, unsigned length);
/* The owner died; its queue has been cleared. */
void region_gate_abandon(unsigned region);
/* KERNEL_BREACH: outside the region, or no such operation. */
unsigned region_gate_submit(unsigned region, unsigned operation, uint32_t offset,
			    const uint8_t *bytes, unsigned length);

#endif
