/*
 * FNV-1a over words: a step of it is a permutation of the words, so that what differs in one word
 * differs at the end. It looks for accidents, not for somebody who aims at the same number.
 */

#include "image-digest.h"

#include "../machine/segment-place.h"

/* Of the base image's assembler file; a board of puppets in C has none. */
extern const uint32_t image_start[] __attribute__((weak));
extern const uint32_t image_end[] __attribute__((weak));

#define OFFSET_BASIS 0x811c9dc5u
#define PRIME 0x01000193u

static uint32_t over(uint32_t digest, const uint32_t *word, const uint32_t *end)
{
	for (; word < end; word++)
		digest = (digest ^ *word) * PRIME;
	return digest;
}

uint32_t image_digest(void)
{
	uint32_t digest;

	if (image_start == 0)
		return 0;
	digest = over(OFFSET_BASIS, image_start, image_end);
	for (unsigned i = 0; i < SEGMENT_PLACES; i++) {
		const struct segment_place *place = &segment_places[i];
		const uint32_t *word = place->start;

		digest = over(digest, word, word + place->bytes / sizeof *word);
	}
	return digest;
}
