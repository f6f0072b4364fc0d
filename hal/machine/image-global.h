/* The global `heddle`, which scripts see while they are evaluated for an image, and never again. */
#ifndef HEDDLE_IMAGE_GLOBAL_H
#define HEDDLE_IMAGE_GLOBAL_H

#include "image.h"

/* What several partitions use, by the number that the builder gave it. */
#define SHARED_MAX 4096
extern txSlot shared[SHARED_MAX];

/* The functions that make partitions, of the script that is evaluated. */
extern txSlot constructors[IMAGE_PARTITIONS];

/* Where the environments go; they are read-only once the base is frozen. */
extern txSlot *environments;

/*
 * A partition has the clock and the chance that it is handed: there is no `Date`, what is left of it
 * in compartments tells no time, and `Math.random` throws.
 */
void global_forget_time_and_chance(txMachine *the);

/* The host functions behind what partitions are handed, by name; made when first asked for. */
extern txSlot verb_table;

void global_open(txMachine *the);
void global_close(txMachine *the);

#endif
