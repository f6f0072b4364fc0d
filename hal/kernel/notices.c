/*
 * What the kernel itself reports to `audit`. Every partition has its own quota of refusals, so that
 * one that asks for the forbidden all day hides nobody else's fault.
 */

#include "notices.h"

#include "input.h"
#include "table.h"

static void put(enum audit_code code, uint32_t detail)
{
	uint8_t message[AUDIT_EVENT_LENGTH] = {0};

	if (input_full(table_notices))
		return;
	message[AUDIT_EVENT_OPERATION] = OPERATION_AUDIT_EVENT;
	message[AUDIT_EVENT_CODE] = (uint8_t)code;
	for (unsigned i = 0; i < sizeof detail; i++)
		message[AUDIT_EVENT_DETAIL + i] = (uint8_t)(detail >> 8 * i);
	input_put(table_notices, message, sizeof message);
}

void notices_reset(void)
{
	for (unsigned partition = 0; partition < table_partition_count; partition++)
		token_bucket_fill(&table_quotas[partition], NOTICES_AT_ONCE);
}

void notices_boot(void)
{
	put(AUDIT_BOOT, 0);
}

void notices_refused(double now, unsigned from, unsigned to, int operation)
{
	struct token_bucket *const quota = &table_quotas[from];

	if (!token_bucket_has(quota, now, NOTICES_PER_SECOND, NOTICES_AT_ONCE))
		return;
	token_bucket_take(quota);
	put(AUDIT_CHANNEL_REFUSED, from | (to & 0xffu) << 8 | ((uint32_t)operation & 0xffu) << 16);
}

void notices_faulted(unsigned party, unsigned fault)
{
	put(AUDIT_PARTITION_FAULT, party | fault << 8);
}

void notices_held(unsigned party)
{
	put(AUDIT_PARTITION_HELD, party);
}
