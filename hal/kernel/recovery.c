/* Back-off between restarts, and a hold when a partition dies again and again. */

#include "recovery.h"

#include <math.h>

void recovery_forget(struct recovery *recovery)
{
	recovery->pause_ms = BACK_OFF_FIRST_MS;
	for (unsigned i = 0; i < HOLD_FAULTS; i++)
		recovery->fault_times[i] = -INFINITY;
}

bool recovery_faulted(struct recovery *recovery, double now, double started_at)
{
	if (now - started_at >= GOOD_LIFE_MS)
		recovery->pause_ms = BACK_OFF_FIRST_MS;
	recovery->fault_times[recovery->oldest] = now;
	recovery->oldest = (uint8_t)((recovery->oldest + 1) % HOLD_FAULTS);
	return now - recovery->fault_times[recovery->oldest] < HOLD_WINDOW_MS;
}

unsigned recovery_next_pause(struct recovery *recovery)
{
	const unsigned pause = recovery->pause_ms;
	const unsigned twice = pause * 2;

	recovery->pause_ms = (uint16_t)(twice < BACK_OFF_MAX_MS ? twice : BACK_OFF_MAX_MS);
	return pause;
}
