/* Who is called next. A place is one in table_order. */

#include "schedule.h"

#include "table.h"

void schedule_reset(void)
{
	for (unsigned place = 0; place < table_partition_count; place++)
		table_turns[place] = (uint8_t)place;
}

static unsigned next_among_equals(double now, unsigned first)
{
	const unsigned end = table_ends[first];
	unsigned place = table_turns[first];

	for (unsigned i = first; i < end; i++) {
		const unsigned partition = table_order[place];
		const unsigned after = place + 1 == end ? first : place + 1;
		if (instance_has_work(partition, now)) {
			table_turns[first] = (uint8_t)after;
			return partition;
		}
		place = after;
	}
	return TABLE_NONE;
}

unsigned schedule_next(double now)
{
	for (unsigned first = 0; first < table_partition_count; first = table_ends[first]) {
		const unsigned found = next_among_equals(now, first);
		if (found != TABLE_NONE)
			return found;
	}
	return TABLE_NONE;
}
