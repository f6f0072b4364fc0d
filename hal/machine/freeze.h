/* Makes a root machine, and all that modules made in it, constant. */
#ifndef HEDDLE_FREEZE_H
#define HEDDLE_FREEZE_H

#include "image.h"

/* Collections of the root machine keep what the image names, from now on. */
void freeze_keep(txMachine *the, struct image *image);

/*
 * How many objects live that change by being used: maps, sets, dates, regular expressions. A module
 * that leaves one behind is refused.
 */
unsigned freeze_states(txMachine *the);

/*
 * Freezes everything and writes to `holes` which parts of the memory nothing needs: lines of two
 * addresses. After this the machine is only good for being written and cloned.
 */
void freeze(txMachine *the, struct image *image, struct heap *heap, const char *holes);

#endif
