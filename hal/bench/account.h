/*
 * What the call under way costs the processor: the instructions of kernel, machines and provider,
 * without those of the bench, which a board on hardware of its own does not spend.
 */

#ifndef HEDDLE_BENCH_ACCOUNT_H
#define HEDDLE_BENCH_ACCOUNT_H

#include <stdbool.h>

/* Whether anything is counted from now on; without, every call costs 0. */
void account_open(bool counting);

/* The kernel begins to work on a call, and is done; answers the instructions between. */
void account_begin(void);
double account_end(void);

/* The bench's own work in the middle of a call begins, and is over. */
void account_pause(void);
void account_resume(void);

#endif
