/* What the bench lends the board for the time of one call: time of day and the peers' addresses. */

#ifndef HEDDLE_BENCH_BOARD_H
#define HEDDLE_BENCH_BOARD_H

#include <stdbool.h>

#include "frame.h"

/*
 * What is said or heard, one frame at a time. Whoever serves a call has read it, or has handed its
 * bytes on, when the kernel begins: its news and questions are written over it.
 */
extern struct frame bench_words;

/* Reads the clock of the bench: UTC milliseconds (a double) and a `TimeQuality` (1 byte). */
void bench_take_clock(struct frame *frame);
/* Reads the addresses of both links' peers. */
void bench_take_peers(struct frame *frame);
/* Whether every delivered message is told. */
void bench_set_trace(bool on);
bool bench_trace(void);

/* observer.h as frames to the bench. */
void bench_delivered(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);
void bench_refused(unsigned from, unsigned to, int operation);
void bench_faulted(unsigned party, unsigned kind, const char *what);
void bench_restarted(unsigned party);
void bench_held(unsigned party, double until);

#endif
