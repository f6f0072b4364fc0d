/* The byte stream to the bench, as a board gives it: the end of a pipe, or of an emulator's. */

#ifndef HEDDLE_BENCH_LINE_H
#define HEDDLE_BENCH_LINE_H

#include <stdint.h>

/* Waits for bytes, and takes what is there, at most `room`. Stops the board when the bench is gone. */
unsigned line_read(uint8_t *bytes, unsigned room);

/* Returns when all `length` bytes are taken. */
void line_write(const uint8_t *bytes, unsigned length);

/* The board ends, well or not. */
_Noreturn void line_stop(int status);

#endif
