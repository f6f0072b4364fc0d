/*
 * The one JavaScript stack, which all machines share: a call into a machine returns before the next
 * begins. What a machine has on it between calls are references to objects of its own: they lie in the
 * machine's heap while another one runs, and at their place again, the same for all, when it runs.
 */
#ifndef HEDDLE_STACK_H
#define HEDDLE_STACK_H

#include <stdbool.h>

#include "life.h"

/* What the engine takes for the stack of a machine that it makes: all of it. */
txSlot *stack_give(txSize count);
txSize stack_count(void);

/* Takes from the life's heap, first of all, what keeps its references. False: no room. */
bool stack_enrol(struct life *life);

/* From now on the life's references are on the stack, and nobody else's. */
void stack_lend(struct life *life);

/* Of the life that the stack was lent to. */
txSlot *stack_kept(enum kept which);

/* Whether exactly the slots that stay between calls are on the stack. */
bool stack_rests(const struct life *life);

/* After its last call: nothing that a life left on the stack stays there. */
void stack_wipe(struct life *life);

/* The most that any machine ever used, in bytes. */
size_t stack_peak(void);

#endif
