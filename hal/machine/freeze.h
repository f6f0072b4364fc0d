/* Makes constant what was evaluated in a machine. */
#ifndef HEDDLE_FREEZE_H
#define HEDDLE_FREEZE_H

#include "segment.h"

/* Slots outside the machine that its collections keep alive and up to date, from now on. */
void freeze_keep(txMachine *the, txSlot *slots, unsigned count);

/*
 * How many objects live that change by being used: maps, sets, dates, regular expressions. A script
 * that leaves one behind is refused.
 */
unsigned freeze_states(txMachine *the);

/*
 * Freezes everything and writes to `holes` which parts of the memory nothing needs: lines of two
 * addresses. After this the machine is only good for being written and cloned.
 */
void freeze_base(txMachine *the, struct image *image, struct heap *heap, FILE *holes);

/* Freezes what the kept slots of a clone refer to; of the clone itself nothing stays. */
void freeze_clone(txMachine *the, struct heap *heap, FILE *holes);

#endif
