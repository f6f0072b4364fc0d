/* Queues of a partition's inputs, and the sum over them that the schedule looks at. */

#include "input.h"

#include "region-gate.h"
#include "table.h"

bool input_full(unsigned input)
{
	return message_queue_full(&table_inputs[input].queue, &table_queues[input]);
}

void input_put(unsigned input, const uint8_t *bytes, unsigned length)
{
	message_queue_put(&table_inputs[input].queue, &table_queues[input], bytes, length);
	table_instances[table_inputs[input].owner].backlog++;
}

void input_begin(unsigned input)
{
	if (table_inputs[input].kind == INPUT_REGION)
		region_gate_begin(table_inputs[input].row);
}

void input_drop(unsigned input)
{
	if (table_queues[input].waiting > 0)
		table_instances[table_inputs[input].owner].backlog--;
	message_queue_drop(&table_inputs[input].queue, &table_queues[input]);
}

void input_clear(unsigned input)
{
	struct instance *const owner = &table_instances[table_inputs[input].owner];

	owner->backlog = (uint16_t)(owner->backlog - table_queues[input].waiting);
	message_queue_clear(&table_inputs[input].queue, &table_queues[input]);
}
