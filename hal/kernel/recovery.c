/* Back-off between restarts, and a hold when a partition dies again and again. */

#include "recovery.h"

#include <math.h>

#define GAPS (HOLD_FAULTS - 1)

void recovery_forget(struct recovery *recovery)
{
	recovery->pause_ms = BACK_OFF_FIRST_MS;
	recovery->last_fault = -INFINITY;
	for (unsigned i = 0; i < GAPS; i++)
		recovery->gaps[i] = UINT16_MAX;
}

/* From the first of the last HOLD_FAULTS faults to the last one, at least. */
static unsigned span(const struct recovery *recovery)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < GAPS; i++)
		sum += recovery->gaps[i];
	return sum;
}

bool recovery_faulted(struct recovery *recovery, double now, double started_at)
{
	if (now - started_at >= GOOD_LIFE_MS)
		recovery->pause_ms = BACK_OFF_FIRST_MS;
	const double gap = now - recovery->last_fault;
	recovery->gaps[recovery->oldest] = gap < UINT16_MAX ? (uint16_t)gap : UINT16_MAX;
	recovery->oldest = (uint8_t)((recovery->oldest + 1) % GAPS);
	recovery->last_fault = now;
	return span(recovery) < HOLD_WINDOW_MS;
}

unsigned recovery_next_pause(struct recovery *recovery)
{
	const unsigned pause = recovery->pause_ms;
	const unsigned twice = pause * 2;

	recovery->pause_ms = (uint16_t)(twice < BACK_OFF_MAX_MS ? twice : BACK_OFF_MAX_MS);
	return pause;
}
