/*
 * The shape of the system table in C. `tools/builder/table.ts` writes its content, table.c, from a
 * SystemTable: rows in flash, and all storage of the kernel, sized by those rows.
 *
 * A partition's place is its `Party` number. Inputs are everything that a partition receives from:
 * the kernel's notices, then devices, regions and channels, each in the order of the table.
 */

#ifndef HEDDLE_TABLE_H
#define HEDDLE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "instance.h"
#include "machine.h"
#include "message-queue.h"
#include "region-gate.h"
#include "token-bucket.h"

/* No row of the kind. */
#define TABLE_NONE 0xffu

/* Heaps and the stack are stated for 32-bit slots and pointers; where these are wider, they grow as well. */
#define TABLE_HEAP_BYTES(bytes) ((bytes) * (sizeof(void *) / 4))

struct partition_row {
	const char *name;
	uint8_t *heap;
	uint32_t heap_bytes;
	uint32_t steps_per_call;
	/* Places in table_inputs, in order; and in table_instances, in the order of the schedule. */
	const uint8_t *inputs;
	const uint8_t *peers;
	uint8_t input_count;
	uint8_t peer_count;
	/* False: nobody has written it, and it never starts. */
	bool written;
};

enum input_kind { INPUT_NOTICES, INPUT_DEVICE, INPUT_REGION, INPUT_CHANNEL };

struct input_row {
	struct queue_row queue;
	/* The partition that receives. */
	uint8_t owner;
	/* The `Party` that `receive` is told. */
	uint8_t source;
	uint8_t kind;
	/* The row of table_regions or table_channels. */
	uint8_t row;
};

struct channel_row {
	/* Bit n: it carries operation n. */
	uint64_t carries;
	uint16_t per_second;
	uint8_t burst;
	uint8_t input;
};

struct device_row {
	uint8_t party;
	uint8_t input;
};

struct region_row {
	uint32_t bytes;
	uint8_t id;
	uint8_t input;
};

extern const unsigned table_partition_count, table_input_count, table_channel_count;
extern const unsigned table_device_count, table_region_count;
extern const struct partition_row table_partitions[];
extern const struct input_row table_inputs[];
extern const struct channel_row table_channels[];
extern const struct device_row table_devices[];
extern const struct region_row table_regions[];
/* From x to, the row of table_channels or TABLE_NONE. */
extern const uint8_t table_channel_between[];
/* Places by importance, then by Party; and for each place one past the last of its equals. */
extern const uint8_t table_order[], table_ends[];
/* The input of the kernel's notices. */
extern const uint8_t table_notices;

/* Storage, one for each row above. */
extern struct instance table_instances[];
extern struct partition_counters table_counters[];
extern struct token_bucket table_quotas[];
extern struct message_queue table_queues[];
extern struct token_bucket table_rates[];
extern struct region_gate table_gates[];
extern uint16_t table_dropped[];
extern uint8_t table_turns[];

/* The one JavaScript stack, which the machines use in turn. */
extern uint8_t table_stack[];
extern const uint32_t table_stack_bytes;

struct machine *table_machine(unsigned partition);

#endif
