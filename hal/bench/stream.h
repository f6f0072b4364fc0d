/* The two ends of a byte stream to the bench, given by a board: a UART, or a pipe. */

#ifndef HEDDLE_BENCH_STREAM_H
#define HEDDLE_BENCH_STREAM_H

#include <stdint.h>

/* Returns when all `length` bytes have come. A board whose bench is gone stops inside. */
void stream_read(uint8_t *bytes, unsigned length);

/* Returns when all `length` bytes are taken. */
void stream_write(const uint8_t *bytes, unsigned length);

/* Nothing more is written for now: what a board has kept back goes out. */
void stream_flush(void);

/* The board ends, well or not. */
_Noreturn void stream_stop(int status);

#endif
