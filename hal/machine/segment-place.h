/* Where the partitions' code lies. Written by the builder; see tools/builder/code-places.ts. */
#ifndef HEDDLE_SEGMENT_PLACE_H
#define HEDDLE_SEGMENT_PLACE_H

#include <stdint.h>

enum { SEGMENT_PLACES = 32 };

/* How many bytes may be there; they are whole words. */
struct segment_place {
	const void *start;
	uint32_t bytes;
};

/* By Party; without a segment, `start` is null. Partitions of one program have the same place. */
extern const struct segment_place segment_places[SEGMENT_PLACES] __attribute__((weak));

#endif
