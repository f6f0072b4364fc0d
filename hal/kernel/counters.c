/* What the kernel counts. */

#include "counters.h"

#include <string.h>

#include "table.h"

static uint32_t notices_suppressed;

void counters_reset(void)
{
	const unsigned count = table_partition_count;

	notices_suppressed = 0;
	memset(table_counters, 0, count * sizeof table_counters[0]);
	memset(table_refusals, 0, count * count * sizeof table_refusals[0]);
}

void counters_count_refusal(unsigned from, unsigned to)
{
	table_counters[from].refused++;
	if (to >= table_partition_count)
		return;
	uint16_t *const count = &table_refusals[from * table_partition_count + to];
	if (*count < UINT16_MAX)
		++*count;
}

unsigned counters_refused_between(unsigned from, unsigned to)
{
	return table_refusals[from * table_partition_count + to];
}

void counters_count_suppressed(void)
{
	notices_suppressed++;
}

uint32_t counters_notices_suppressed(void)
{
	return notices_suppressed;
}
