/* What the bench lends the board for the time of one call: time of day and the peers' addresses. */

#ifndef HEDDLE_BENCH_BOARD_H
#define HEDDLE_BENCH_BOARD_H

#include <stdbool.h>

#include "frame.h"

/* Reads the clock of the bench: UTC milliseconds (a double) and a `TimeQuality` (1 byte). */
void bench_take_clock(struct frame *frame);
/* Reads the addresses of both links' peers. */
void bench_take_peers(struct frame *frame);
/* Whether every delivered message is told. */
void bench_set_trace(bool on);
bool bench_trace(void);

#endif
