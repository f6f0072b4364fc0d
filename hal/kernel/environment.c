/*
 * The calls of a machine into the kernel: each is checked against what the table gives to the
 * partition that makes it.
 */

#include "environment.h"

#include "board.h"
#include "check.h"
#include "device-input.h"
#include "machine.h"
#include "region-gate.h"
#include "router.h"
#include "sent.h"
#include "table.h"

struct turn turn;

unsigned kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	check(from < table_partition_count, "a send of nobody");
	if (!instance_reachable(from))
		return SENT_REFUSED;
	return router_send(turn.now, from, to, bytes, length);
}

static unsigned region_of(unsigned partition, unsigned id)
{
	for (unsigned region = 0; region < table_region_count; region++) {
		const struct region_row *const row = &table_regions[region];
		if (row->id == id && table_inputs[row->input].owner == partition)
			return region;
	}
	return TABLE_NONE;
}

unsigned kernel_region(unsigned partition, unsigned region, unsigned operation, uint32_t offset,
		       const uint8_t *bytes, unsigned length)
{
	const unsigned row = region_of(partition, region);

	if (row == TABLE_NONE)
		return KERNEL_BREACH;
	if (!instance_reachable(partition))
		return SENT_REFUSED;
	return region_gate_submit(row, operation, offset, bytes, length);
}

unsigned kernel_device(unsigned partition, unsigned party, unsigned verb, const uint8_t *bytes,
		       unsigned length)
{
	const unsigned device = device_input_find(party);

	if (device == TABLE_NONE || table_inputs[table_devices[device].input].owner != partition)
		return KERNEL_BREACH;
	return board_device(party, verb, bytes, length);
}
