/* One flash region: one operation at a time, and no completion for a later life. */

#include "region-gate.h"

#include <stdbool.h>

#include "board.h"
#include "check.h"
#include "input.h"
#include "machine.h"
#include "sent.h"
#include "table.h"

void region_gate_begin(unsigned region)
{
	struct region_gate *const gate = &table_gates[region];

	check(gate->state == GATE_DONE, "a completion without an operation");
	gate->state = GATE_IDLE;
}

unsigned region_gate_complete(unsigned region, const uint8_t *bytes, unsigned length)
{
	struct region_gate *const gate = &table_gates[region];
	const unsigned input = table_regions[region].input;

	if (gate->state == GATE_ORPHANED) {
		gate->state = GATE_IDLE;
		gate->swallowed++;
		return SENT_OK;
	}
	if (gate->state != GATE_BUSY || length > table_inputs[input].queue.slot_bytes)
		return SENT_REFUSED;
	check(!input_full(input), "a completion inside a call");
	gate->state = GATE_DONE;
	input_put(input, bytes, length);
	return SENT_OK;
}

void region_gate_abandon(unsigned region)
{
	struct region_gate *const gate = &table_gates[region];

	if (gate->state == GATE_BUSY)
		gate->state = GATE_ORPHANED;
	else if (gate->state == GATE_DONE)
		gate->state = GATE_IDLE;
}

/* Whether the request lies inside the region and is one that flash can do. */
static bool allowed(unsigned region, unsigned operation, uint32_t offset, unsigned length)
{
	const uint32_t size = table_regions[region].bytes;

	if (offset > size || length > size - offset)
		return false;
	switch (operation) {
	case FLASH_READ:
	case FLASH_WRITE:
		return length >= 1 && length <= FLASH_TRANSFER_MAX;
	case FLASH_ERASE:
		return length == FLASH_SECTOR_LENGTH && offset % FLASH_SECTOR_LENGTH == 0;
	case FLASH_SURVEY:
		return length >= 1 && length <= FLASH_SURVEY_BEGIN_MAX &&
		       offset % FLASH_SECTOR_LENGTH == 0;
	default:
		return false;
	}
}

unsigned region_gate_submit(unsigned region, unsigned operation, uint32_t offset,
			    const uint8_t *bytes, unsigned length)
{
	struct region_gate *const gate = &table_gates[region];

	if (!allowed(region, operation, offset, length))
		return KERNEL_BREACH;
	if (gate->state != GATE_IDLE)
		return SENT_FULL;
	const unsigned answer =
		board_flash(table_regions[region].id, operation, offset, bytes, length);
	if (answer == SENT_OK)
		gate->state = GATE_BUSY;
	return answer;
}
