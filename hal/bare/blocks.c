/*
 * Blocks of memory, a word at a time. The C library for bare boards is built for size and goes
 * byte by byte, and the engine clears and copies slots at each call of a function.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Or the compiler would call these functions from themselves. */
#pragma GCC optimize("O2", "no-tree-loop-distribute-patterns")

typedef uint32_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
/* As many as both processors load at once. */
#define RUN (4 * WORD)

/* Whether both lie alike in their words, so that after the same few bytes both begin one. */
static inline int alike(const void *a, const void *b)
{
	return (((uintptr_t)a ^ (uintptr_t)b) & (WORD - 1)) == 0;
}

static inline int in_word(const void *at)
{
	return ((uintptr_t)at & (WORD - 1)) != 0;
}

void *memcpy(void *restrict target, const void *restrict source, size_t length)
{
	uint8_t *to = target;
	const uint8_t *from = source;

	if (alike(to, from)) {
		for (; length > 0 && in_word(to); length--)
			*to++ = *from++;
		for (; length >= RUN; length -= RUN, to += RUN, from += RUN) {
			const word *const read = (const word *)(const void *)from;
			word *const write = (word *)(void *)to;
			const word a = read[0], b = read[1], c = read[2], d = read[3];

			write[0] = a;
			write[1] = b;
			write[2] = c;
			write[3] = d;
		}
		for (; length >= WORD; length -= WORD, to += WORD, from += WORD)
			*(word *)(void *)to = *(const word *)(const void *)from;
	}
	while (length-- > 0)
		*to++ = *from++;
	return target;
}

void *memmove(void *target, const void *source, size_t length)
{
	uint8_t *to = (uint8_t *)target + length;
	const uint8_t *from = (const uint8_t *)source + length;

	/* Forwards, when nothing is written before it is read. */
	if ((uintptr_t)target - (uintptr_t)source >= length)
		return memcpy(target, source, length);
	if (alike(to, from)) {
		for (; length > 0 && in_word(to); length--)
			*--to = *--from;
		for (; length >= WORD; length -= WORD) {
			to -= WORD;
			from -= WORD;
			*(word *)(void *)to = *(const word *)(const void *)from;
		}
	}
	while (length-- > 0)
		*--to = *--from;
	return target;
}

void *memset(void *target, int value, size_t length)
{
	uint8_t *to = target;
	const word all = (uint8_t)value * (word)0x01010101;

	for (; length > 0 && in_word(to); length--)
		*to++ = (uint8_t)value;
	for (; length >= RUN; length -= RUN, to += RUN) {
		word *const write = (word *)(void *)to;

		write[0] = all;
		write[1] = all;
		write[2] = all;
		write[3] = all;
	}
	for (; length >= WORD; length -= WORD, to += WORD)
		*(word *)(void *)to = all;
	while (length-- > 0)
		*to++ = (uint8_t)value;
	return target;
}
