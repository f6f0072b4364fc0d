/* One declared channel. */

#include "channel.h"

#include "input.h"
#include "table.h"

/* Operations are numbers below this: a bit of `carries` for each. */
#define OPERATIONS 64u

void channel_reset(unsigned channel)
{
	token_bucket_fill(&table_rates[channel], table_channels[channel].burst);
}

bool channel_fits(unsigned channel, const uint8_t *bytes, unsigned length)
{
	const struct channel_row *const row = &table_channels[channel];

	if (length < 1 || length > table_inputs[row->input].queue.slot_bytes)
		return false;
	return bytes[0] < OPERATIONS && (row->carries >> bytes[0] & 1) != 0;
}

bool channel_has_room(unsigned channel, double now)
{
	const struct channel_row *const row = &table_channels[channel];

	if (input_full(row->input))
		return false;
	return token_bucket_has(&table_rates[channel], now, row->per_second, row->burst);
}

void channel_put(unsigned channel, const uint8_t *bytes, unsigned length)
{
	token_bucket_take(&table_rates[channel]);
	input_put(table_channels[channel].input, bytes, length);
}
