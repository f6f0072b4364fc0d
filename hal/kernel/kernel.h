/* The separation kernel on a device, as its board calls it: firmware/kernel/kernel.ts in C. */

#ifndef HEDDLE_KERNEL_H
#define HEDDLE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "instance.h"
#include "counters.h"

/* Clears everything and makes every partition that is written. `now`: monotonic milliseconds. */
void kernel_start(double now);

/* One turn: a bounded number of calls. True: work remains, call again at the same `now`. */
bool kernel_run(double now);

/* When kernel_run has work next; INFINITY: only input brings work. */
double kernel_due_at(void);

/*
 * Input of a device, or a completion of the flash chip; copied before it returns. SENT_FULL: its
 * owner has not taken the last ones. SENT_RESTARTED: the owner is down. SENT_REFUSED: the table has
 * no such device, or the input is longer than it declares. All three drop it.
 */
unsigned kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length);

/* Ends the partition's instance in its next call, as that `enum fault` would. */
void kernel_inject(unsigned partition, unsigned fault);

/* Ends a hold before its time. */
void kernel_release(double now, unsigned partition);

enum instance_state kernel_state_of(unsigned partition);
const struct partition_counters *kernel_counters_of(unsigned partition);

#endif
