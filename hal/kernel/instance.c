/* One partition's present life. */

#include "instance.h"

#include <math.h>

#include "input.h"
#include "region-gate.h"
#include "table.h"

void instance_reset(unsigned partition)
{
	struct instance *const instance = &table_instances[partition];

	*instance = (struct instance){
		.due_at = INFINITY,
		.next_start_at = INFINITY,
		.state = INSTANCE_ABSENT,
	};
	recovery_forget(&instance->recovery);
}

bool instance_reachable(unsigned partition)
{
	const unsigned state = table_instances[partition].state;

	return state == INSTANCE_RUNNING || state == INSTANCE_STARTING;
}

bool instance_has_work(unsigned partition, double now)
{
	const struct instance *const instance = &table_instances[partition];

	if (instance->state != INSTANCE_RUNNING)
		return instance->state == INSTANCE_STARTING;
	return instance->backlog > 0 || instance->due_at <= now;
}

unsigned instance_next_input(unsigned partition)
{
	const struct partition_row *const row = &table_partitions[partition];
	struct instance *const instance = &table_instances[partition];
	unsigned place = instance->cursor;

	for (unsigned i = 0; i < row->input_count; i++) {
		const unsigned input = row->inputs[place];
		place = place + 1 == row->input_count ? 0 : place + 1;
		if (table_queues[input].waiting == 0)
			continue;
		instance->cursor = (uint8_t)place;
		return input;
	}
	return TABLE_NONE;
}

void instance_clear_queues(unsigned partition)
{
	const struct partition_row *const row = &table_partitions[partition];

	for (unsigned i = 0; i < row->input_count; i++) {
		const unsigned input = row->inputs[i];
		/* What the kernel has to say to `audit` waits for its next life. */
		if (table_inputs[input].kind == INPUT_NOTICES)
			continue;
		input_clear(input);
		if (table_inputs[input].kind == INPUT_REGION)
			region_gate_abandon(table_inputs[input].row);
	}
	for (unsigned to = 0; to < table_partition_count; to++) {
		const unsigned channel =
			table_channel_between[partition * table_partition_count + to];
		if (channel != TABLE_NONE)
			input_clear(table_channels[channel].input);
	}
}
