/* The line to the bench with a buffer each way, so that a frame costs few transfers. */

#ifndef HEDDLE_BENCH_STREAM_H
#define HEDDLE_BENCH_STREAM_H

#include <stdint.h>

/* Returns when all `length` bytes have come. */
void stream_read(uint8_t *bytes, unsigned length);

/* Takes the bytes; they go out at the latest with stream_flush. */
void stream_write(const uint8_t *bytes, unsigned length);
void stream_flush(void);

#endif
