/*
 * A segment: the evaluated modules of one partition, or of the partitions that are instances of one
 * program, linked for one base image at one address. It refers to the base and to itself and to
 * nothing else. The image maker fills it in; tools/builder/segment-file.ts seals it.
 */
#ifndef HEDDLE_SEGMENT_H
#define HEDDLE_SEGMENT_H

#include "image.h"
#include "segment-place.h"

#define SEGMENT_MAGIC "HSEG"

struct segment {
	uint8_t magic[4];
	/* Of the whole segment in bytes, this header included. */
	uint32_t length;
	/* Word hash of everything behind this field: what a board looks at when it starts. */
	uint32_t hash;
	/*
	 * SHA-256 of everything behind this field: what whoever puts a segment into flash checks
	 * first. No start looks at it.
	 */
	uint8_t digest[32];
	/* Of the base that it was linked for. */
	uint8_t abi[32];
	/* Bit n: partition n is made from it. */
	uint32_t partitions;
	/* Names follow those of the base, numbered from here on. */
	uint32_t key_count;
	/* For each partition in the order of the bits, the function that makes it. */
	const txSlot *constructors;
	txSlot *const *keys;
	/* The base's tables of names and symbols, with this segment's own in front. */
	txSlot *names[IMAGE_NAME_MODULO];
	txSlot *symbols[IMAGE_SYMBOL_MODULO];
};

#ifndef HEDDLE_IMAGE_MAKER

/* Of the base: SHA-256 of all that a segment can refer to. */
extern const uint8_t image_abi[32];

/*
 * The partition's segment; null and why when there is none that is whole and belongs to this base.
 * One that was found good is not looked at again while the board runs, until it is doubted.
 */
const struct segment *segment_of(unsigned partition, const char **why);

/* The partition's start failed: its segment is looked at again before the next one. */
void segment_doubt(unsigned partition);

const txSlot *segment_constructor(const struct segment *segment, unsigned partition);

/* Lets a machine that was just cloned know the segment's names. */
void segment_adopt(txMachine *the, const struct segment *segment);

#endif

#endif
