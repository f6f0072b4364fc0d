/* The library's memory: one static arena, whose highest use can be asked for. */

#ifndef HEDDLE_CRYPTO_MEMORY_H
#define HEDDLE_CRYPTO_MEMORY_H

/*
 * A job of P-256 takes 4.6 KB of it on 32 bits, an AES-CCM call in between counted in; the tests
 * hold the peak of every job under nine tenths of this. Pointers of 64 bits need more.
 */
#define CRYPTO_MEMORY_BYTES (sizeof(void *) == 4 ? 5248u : 8192u)

void crypto_memory_start(void);

/* The most that was ever in use, in bytes, free pieces below the top counted in. */
unsigned crypto_memory_peak(void);

#endif
