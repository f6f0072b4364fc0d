/*
 * A hash of 32-bit words, for finding what decayed or was half written. Each step maps the running
 * value one to one, so whatever happens to one word always shows, and all else but for one chance in
 * 2^32. It keeps out nobody who can write; that is SHA-256's.
 * FxHash as rustc and Firefox have it, for words.
 */
#ifndef HEDDLE_WORD_HASH_H
#define HEDDLE_WORD_HASH_H

#include <stdint.h>

/* Of `count` words, which are aligned. */
uint32_t word_hash(const uint32_t *words, uint32_t count);

#endif
