#include "work.h"

#include "../../../device/instructions/instructions.h"

uint64_t work_sums[WORKS];
static uint64_t since;
static enum work current = WORK_BENCH;

enum work work_change(enum work next)
{
	const enum work last = current;
	const uint64_t now = instructions();

	work_sums[last] += now - since;
	since = now;
	current = next;
	return last;
}
