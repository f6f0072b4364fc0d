/* The separation kernel on a device. Its order of work is told in firmware/kernel/README.md. */

#include "kernel.h"

#include <math.h>
#include <string.h>

#include "board.h"
#include "channel.h"
#include "check.h"
#include "device-input.h"
#include "environment.h"
#include "fault.h"
#include "input.h"
#include "notices.h"
#include "party.h"
#include "region-gate.h"
#include "schedule.h"
#include "sent.h"
#include "supervisor.h"
#include "table.h"

/* A turn ends after so many calls, so that the board sees to its lines and its watchdog. */
#define CALLS_PER_TURN 64

/* RAM may hold anything after a reset; the kernel begins with nothing of the last one. */
static void reset(void)
{
	memset(table_counters, 0, table_partition_count * sizeof table_counters[0]);
	for (unsigned partition = 0; partition < table_partition_count; partition++)
		instance_reset(partition);
	for (unsigned input = 0; input < table_input_count; input++) {
		table_queues[input] = (struct message_queue){0};
		message_queue_clear(&table_inputs[input].queue, &table_queues[input]);
	}
	for (unsigned channel = 0; channel < table_channel_count; channel++)
		channel_reset(channel);
	memset(table_gates, 0, table_region_count * sizeof table_gates[0]);
	memset(table_dropped, 0, table_device_count * sizeof table_dropped[0]);
	schedule_reset();
	notices_reset();
}

static void move_to(double now)
{
	check(now >= turn.now, "time went back");
	turn.now = now;
}

static void call(double now, unsigned partition)
{
	const struct instance *const instance = &table_instances[partition];
	const bool messages = instance->backlog > 0;

	if (instance->state == INSTANCE_STARTING)
		supervisor_start(now, partition);
	else if (instance->due_at <= now && !(messages && instance->ticked_last))
		supervisor_tick(now, partition);
	else
		supervisor_receive(now, partition);
}

void kernel_start(double now)
{
	reset();
	turn.now = now;
	supervisor_start_all();
}

bool kernel_run(double now)
{
	unsigned calls = 0;

	move_to(now);
	supervisor_restart_due(now);
	for (; calls < CALLS_PER_TURN; calls++) {
		const unsigned partition = schedule_next(now);
		if (partition == TABLE_NONE)
			break;
		call(now, partition);
	}
	board_feed_watchdog();
	return calls == CALLS_PER_TURN && schedule_next(now) != TABLE_NONE;
}

double kernel_due_at(void)
{
	double due = INFINITY;

	for (unsigned partition = 0; partition < table_partition_count; partition++) {
		const struct instance *const instance = &table_instances[partition];
		double own = instance->next_start_at;
		if (instance->state == INSTANCE_STARTING)
			return turn.now;
		if (instance->state == INSTANCE_RUNNING) {
			if (instance->backlog > 0)
				return turn.now;
			own = instance->due_at;
		}
		if (own < due)
			due = own;
	}
	return due;
}

static unsigned complete(const uint8_t *bytes, unsigned length)
{
	if (length < FLASH_DONE_DATA)
		return SENT_REFUSED;
	for (unsigned region = 0; region < table_region_count; region++) {
		if (table_regions[region].id == bytes[FLASH_DONE_REGION])
			return region_gate_complete(region, bytes, length);
	}
	return SENT_REFUSED;
}

unsigned kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length)
{
	move_to(now);
	if (party == PARTY_FLASH)
		return complete(bytes, length);
	const unsigned device = device_input_find(party);
	return device == TABLE_NONE ? SENT_REFUSED : device_input_deliver(device, bytes, length);
}

void kernel_inject(unsigned partition, unsigned fault)
{
	check(partition < table_partition_count, "a fault for nobody");
	check(fault <= FAULT_CPU, "a fault that there is not");
	table_instances[partition].injected = (uint8_t)fault;
}

void kernel_release(double now, unsigned partition)
{
	check(partition < table_partition_count, "a release of nobody");
	supervisor_release(now, partition);
}

enum instance_state kernel_state_of(unsigned partition)
{
	return (enum instance_state)table_instances[partition].state;
}

const struct partition_counters *kernel_counters_of(unsigned partition)
{
	return &table_counters[partition];
}
