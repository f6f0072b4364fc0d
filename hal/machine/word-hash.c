/* Three instructions a word on a Cortex-M4F, where a CRC-32 by tables takes 13. */
#include "word-hash.h"

static inline uint32_t step(uint32_t hash, uint32_t word)
{
	return ((hash << 5 | hash >> 27) ^ word) * 0x9e3779b9u;
}

/* Whatever the compiler saves: all code of a board goes through here when it starts. */
uint32_t word_hash(const uint32_t *words, uint32_t count)
{
	uint32_t hash = 0;

	for (; count >= 8; count -= 8, words += 8) {
		hash = step(hash, words[0]);
		hash = step(hash, words[1]);
		hash = step(hash, words[2]);
		hash = step(hash, words[3]);
		hash = step(hash, words[4]);
		hash = step(hash, words[5]);
		hash = step(hash, words[6]);
		hash = step(hash, words[7]);
	}
	while (count-- > 0)
		hash = step(hash, *words++);
	return hash;
}
