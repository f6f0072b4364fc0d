/* What lies in the maker's memory and is not part of an image. */
#ifndef HEDDLE_HOLES_H
#define HEDDLE_HOLES_H

#include "xsAll.h"

/* A line of two addresses; what lies between is cleared. Nothing, when it is less than 8 bytes. */
void hole(FILE *file, const void *start, const void *end);

/* What of the machine's slots, of its chunks and of `heap` is free, as far as it lies in `heap`. */
void free_holes(txMachine *the, struct heap *heap, FILE *file);

#endif
