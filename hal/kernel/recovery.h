/*
 * How long a partition that died stays down: back-off between restarts, and a hold when it dies
 * again and again. The figures are those of firmware/kernel/recovery.ts, which gives the reasons.
 */

#ifndef HEDDLE_RECOVERY_H
#define HEDDLE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#define BACK_OFF_FIRST_MS 50
#define BACK_OFF_MAX_MS 3200
#define GOOD_LIFE_MS 30000
#define HOLD_FAULTS 8
#define HOLD_WINDOW_MS 60000
#define HOLD_MS 900000

struct recovery {
	double last_fault;
	/* Milliseconds between the last faults; what is longer than the window is as good as never. */
	uint16_t gaps[HOLD_FAULTS - 1];
	uint16_t pause_ms;
	uint8_t oldest;
};

_Static_assert(HOLD_WINDOW_MS < UINT16_MAX, "a gap holds a window");

/* After a hold, and before the first life, everything begins anew. */
void recovery_forget(struct recovery *recovery);
/* Records a fault; true: hold it. */
bool recovery_faulted(struct recovery *recovery, double now, double started_at);
/* The pause before the next start, in milliseconds. */
unsigned recovery_next_pause(struct recovery *recovery);

#endif
