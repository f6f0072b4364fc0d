/* Declared sends pass; all others are refused here, whatever the sender was made to believe. */

#include "router.h"

#include "channel.h"
#include "notices.h"
#include "observer.h"
#include "sent.h"
#include "table.h"

static unsigned refuse(double now, unsigned from, unsigned to, const uint8_t *bytes,
		       unsigned length)
{
	const int operation = length >= 1 ? bytes[0] : -1;

	table_counters[from].refused++;
	notices_refused(now, from, to, operation);
	observer_refused(now, from, to, operation);
	return SENT_REFUSED;
}

static unsigned channel_between(unsigned from, unsigned to)
{
	if (to >= table_partition_count)
		return TABLE_NONE;
	return table_channel_between[from * table_partition_count + to];
}

unsigned router_send(double now, unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	const unsigned channel = channel_between(from, to);
	struct partition_counters *const counts = &table_counters[from];

	if (channel == TABLE_NONE || !channel_fits(channel, bytes, length))
		return refuse(now, from, to, bytes, length);
	if (!instance_reachable(to)) {
		counts->unreachable++;
		return SENT_RESTARTED;
	}
	if (!channel_has_room(channel, now)) {
		counts->full++;
		return SENT_FULL;
	}
	channel_put(channel, bytes, length);
	counts->sent++;
	return SENT_OK;
}
