/*
 * Two and a half instructions a word on a Cortex-M4F, which loads two at once; a CRC-32 by tables
 * takes 13. Whatever the compiler would save by calls: all code of a board goes through here when
 * it starts.
 */
#include "word-hash.h"

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower word of a pair comes first");

/* Two words, where their address is a multiple of eight. */
typedef uint64_t __attribute__((may_alias)) pair;

ALWAYS_INLINE uint32_t step(uint32_t hash, uint32_t word)
{
	return ((hash << 5 | hash >> 27) ^ word) * 0x9e3779b9u;
}

ALWAYS_INLINE uint32_t step_pair(uint32_t hash, pair words)
{
	return step(step(hash, (uint32_t)words), (uint32_t)(words >> 32));
}

uint32_t word_hash(const uint32_t *words, uint32_t count)
{
	uint32_t hash = 0;

	for (; count > 0 && (uintptr_t)words % sizeof(pair) != 0; count--)
		hash = step(hash, *words++);
	for (; count >= 16; count -= 16, words += 16) {
		const pair *pairs = (const void *)words;

		hash = step_pair(hash, pairs[0]);
		hash = step_pair(hash, pairs[1]);
		hash = step_pair(hash, pairs[2]);
		hash = step_pair(hash, pairs[3]);
		hash = step_pair(hash, pairs[4]);
		hash = step_pair(hash, pairs[5]);
		hash = step_pair(hash, pairs[6]);
		hash = step_pair(hash, pairs[7]);
	}
	while (count-- > 0)
		hash = step(hash, *words++);
	return hash;
}
