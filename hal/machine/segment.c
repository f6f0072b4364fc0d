/* Segments on the board: none is used that is not whole, or that was linked for another base. */
#include "segment.h"

#include <stddef.h>

#include "word-hash.h"

enum verdict { UNKNOWN, GOOD, NO_SEGMENT, WRONG_LENGTH, WRONG_BASE, WRONG_OWNER, WRONG_HASH };

static const char *const REASONS[] = {
	[NO_SEGMENT] = "segment: not there",
	[WRONG_LENGTH] = "segment: wrong length",
	[WRONG_BASE] = "segment: for another base",
	[WRONG_OWNER] = "segment: of another partition",
	[WRONG_HASH] = "segment: wrong check sum",
};

/*
 * Flash is not written where segments lie while the board runs, so one that is good is looked at
 * once. By the first partition of those that it serves.
 */
static uint8_t verdicts[IMAGE_PARTITIONS];

static unsigned first_of(unsigned partition)
{
	unsigned first = 0;

	while (segment_places[first].start != segment_places[partition].start)
		first++;
	return first;
}

static enum verdict look(const struct segment_place *place)
{
	const struct segment *segment = place->start;
	const uint32_t *hashed;
	uint32_t bytes;

	if (segment == NULL || memcmp(segment->magic, SEGMENT_MAGIC, sizeof segment->magic) != 0)
		return NO_SEGMENT;
	if (segment->length < sizeof *segment || segment->length > place->bytes)
		return WRONG_LENGTH;
	if (memcmp(segment->abi, image_abi, sizeof segment->abi) != 0)
		return WRONG_BASE;
	hashed = &segment->hash + 1;
	bytes = segment->length - (uint32_t)offsetof(struct segment, digest);
	return word_hash(hashed, bytes / sizeof *hashed) == segment->hash ? GOOD : WRONG_HASH;
}

const struct segment *segment_of(unsigned partition, const char **why)
{
	const struct segment_place *place = &segment_places[partition];
	const struct segment *segment = place->start;
	uint8_t *kept = &verdicts[first_of(partition)];
	enum verdict verdict;

	if (*kept != GOOD)
		*kept = (uint8_t)look(place);
	verdict = *kept;
	if (verdict == GOOD && (segment->partitions >> partition & 1) == 0)
		verdict = WRONG_OWNER;
	if (verdict == GOOD)
		return segment;
	*why = REASONS[verdict];
	return NULL;
}

void segment_doubt(unsigned partition)
{
	verdicts[first_of(partition)] = UNKNOWN;
}

const txSlot *segment_constructor(const struct segment *segment, unsigned partition)
{
	const txSlot *constructor = segment->constructors;

	for (unsigned i = 0; i < partition; i++)
		constructor += segment->partitions >> i & 1;
	return constructor;
}

/* The clone has no names of its own yet: its numbers begin behind the segment's instead. */
void segment_adopt(txMachine *the, const struct segment *segment)
{
	txID count = (txID)segment->key_count;

	the->segment = segment;
	the->keyOffset += count;
	the->keyIndex += count;
	the->keyCount += count;
	memcpy(the->nameTable, segment->names, sizeof segment->names);
	memcpy(the->symbolTable, segment->symbols, sizeof segment->symbols);
}

void *segment_key(const struct segment *segment, unsigned place)
{
	return segment->keys[place];
}
