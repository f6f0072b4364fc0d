/* What one device has delivered and its owner has not taken yet. */

#include "device-input.h"

#include "input.h"
#include "sent.h"
#include "table.h"

unsigned device_input_find(unsigned party)
{
	for (unsigned device = 0; device < table_device_count; device++) {
		if (table_devices[device].party == party)
			return device;
	}
	return TABLE_NONE;
}

static unsigned room(unsigned input, unsigned length)
{
	const struct input_row *const row = &table_inputs[input];

	if (length < 1 || length > row->queue.slot_bytes)
		return SENT_REFUSED;
	if (!instance_reachable(row->owner))
		return SENT_RESTARTED;
	return input_full(input) ? SENT_FULL : SENT_OK;
}

unsigned device_input_deliver(unsigned device, const uint8_t *bytes, unsigned length)
{
	const unsigned input = table_devices[device].input;
	const unsigned answer = room(input, length);

	if (answer == SENT_OK)
		input_put(input, bytes, length);
	else if (table_dropped[device] < UINT16_MAX)
		table_dropped[device]++;
	return answer;
}
