/* Lives and deaths of partitions. */

#include "supervisor.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "fault.h"
#include "input.h"
#include "machine.h"
#include "notices.h"
#include "observer.h"
#include "party.h"
#include "table.h"

/* More ticks than this, each asked for at once by the one before, is a loop: see supervisor.ts. */
#define TICKS_AT_ONCE_MAX 256

/* How an instance ended: nothing, or a fault and the words for it. */
struct ending {
	enum fault fault;
	const char *what;
};

static const struct ending LIVES = {FAULT_NONE, ""};

/* Those whose peers have not been told yet; nobody dies twice before they are. */
static uint8_t deaths[PARTY_KERNEL];
static unsigned death_count;
static bool telling;

static void tell_all(double now);

static struct ending ending_of(unsigned partition, enum machine_end end)
{
	static const enum fault FAULTS[] = {
		[MACHINE_OK] = FAULT_NONE,
		[MACHINE_THREW] = FAULT_THROW,
		[MACHINE_OUT_OF_MEMORY] = FAULT_MEMORY,
		[MACHINE_OUT_OF_TIME] = FAULT_CPU,
		[MACHINE_OUT_OF_STACK] = FAULT_THROW,
	};

	if (end == MACHINE_OK)
		return LIVES;
	return (struct ending){FAULTS[end], machine_what(table_machine(partition))};
}

/* Every call begins here: an injected fault strikes as the real one would, in a call. */
static struct ending enter(unsigned partition)
{
	struct instance *const instance = &table_instances[partition];
	const enum fault fault = instance->injected;

	instance->injected = FAULT_NONE;
	return (struct ending){fault, fault == FAULT_NONE ? "" : "injected"};
}

/* After a call: how it ended, or when it wants its next tick; the answer changes only in a call. */
static struct ending look(double now, unsigned partition, enum machine_end end)
{
	struct instance *const instance = &table_instances[partition];
	double due = INFINITY;

	if (end == MACHINE_OK)
		end = machine_due_at(table_machine(partition), &due);
	if (end != MACHINE_OK)
		return ending_of(partition, end);
	if (isnan(due))
		return (struct ending){FAULT_THROW, "dueAt is not a number"};
	instance->due_at = due;
	if (due > now)
		instance->ticks = 0;
	return LIVES;
}

static void plan(double now, unsigned partition)
{
	struct instance *const instance = &table_instances[partition];

	if (recovery_faulted(&instance->recovery, now, instance->started_at)) {
		instance->state = INSTANCE_HELD;
		instance->next_start_at = now + HOLD_MS;
		notices_held(partition);
		observer_held(now, partition, instance->next_start_at);
		return;
	}
	instance->state = INSTANCE_DOWN;
	instance->next_start_at = now + recovery_next_pause(&instance->recovery);
}

static void settle(double now, unsigned partition, struct ending ending)
{
	struct instance *const instance = &table_instances[partition];

	if (ending.fault == FAULT_NONE)
		return;
	table_counters[partition].faults++;
	instance->due_at = INFINITY;
	instance->ticks = 0;
	instance_clear_queues(partition);
	notices_faulted(partition, ending.fault);
	observer_faulted(now, partition, ending.fault, ending.what);
	machine_stop(table_machine(partition));
	plan(now, partition);
	check(death_count < sizeof deaths, "more deaths than partitions");
	deaths[death_count++] = (uint8_t)partition;
	tell_all(now);
}

static void tell(double now, unsigned peer, unsigned dead)
{
	if (table_instances[peer].state != INSTANCE_RUNNING)
		return;
	struct ending ending = enter(peer);
	if (ending.fault == FAULT_NONE) {
		struct machine *const machine = table_machine(peer);
		ending = look(now, peer, machine_peer_restarted(machine, now, dead));
	}
	settle(now, peer, ending);
}

/*
 * Tells peers of every death before any other work. A peer that dies of the news joins the list;
 * nobody is started here, so the list is never longer than there are partitions.
 */
static void tell_all(double now)
{
	if (telling)
		return;
	telling = true;
	for (unsigned i = 0; i < death_count; i++) {
		const struct partition_row *const row = &table_partitions[deaths[i]];
		for (unsigned peer = 0; peer < row->peer_count; peer++)
			tell(now, row->peers[peer], deaths[i]);
	}
	death_count = 0;
	telling = false;
}

void supervisor_start(double now, unsigned partition)
{
	struct instance *const instance = &table_instances[partition];
	struct machine *const machine = table_machine(partition);

	instance->state = INSTANCE_STARTING;
	instance->started_at = now;
	instance->next_start_at = INFINITY;
	memset((void *)machine, 0, MACHINE_STATE_BYTES);
	struct ending ending = enter(partition);
	if (ending.fault == FAULT_NONE)
		ending = look(now, partition, machine_start(machine, partition, now));
	if (ending.fault == FAULT_NONE)
		instance->state = INSTANCE_RUNNING;
	settle(now, partition, ending);
}

void supervisor_start_all(void)
{
	death_count = 0;
	telling = false;
	notices_boot();
	for (unsigned partition = 0; partition < table_partition_count; partition++) {
		if (table_partitions[partition].written)
			table_instances[partition].state = INSTANCE_STARTING;
	}
}

void supervisor_restart_due(double now)
{
	for (unsigned place = 0; place < table_partition_count; place++) {
		const unsigned partition = table_order[place];
		struct instance *const instance = &table_instances[partition];
		if (instance->next_start_at > now)
			continue;
		if (instance->state == INSTANCE_HELD)
			recovery_forget(&instance->recovery);
		table_counters[partition].restarts++;
		supervisor_start(now, partition);
		if (instance->state == INSTANCE_RUNNING)
			observer_restarted(now, partition);
	}
}

void supervisor_release(double now, unsigned partition)
{
	struct instance *const instance = &table_instances[partition];

	if (instance->state == INSTANCE_HELD)
		instance->next_start_at = now;
}

void supervisor_receive(double now, unsigned partition)
{
	const unsigned input = instance_next_input(partition);

	check(input != TABLE_NONE, "a backlog without a message");
	const struct input_row *const row = &table_inputs[input];
	const struct message_queue *const queue = &table_queues[input];
	uint8_t *const bytes = message_queue_front(&row->queue, queue);
	const unsigned length = message_queue_front_length(&row->queue, queue);
	input_begin(input);
	table_instances[partition].ticked_last = false;
	table_counters[partition].received++;
	observer_delivered(now, row->source, partition, bytes, length);
	struct ending ending = enter(partition);
	if (ending.fault == FAULT_NONE) {
		struct machine *const machine = table_machine(partition);
		ending = look(now, partition, machine_receive(machine, now, row->source, bytes, length));
	}
	settle(now, partition, ending);
	input_drop(input);
}

void supervisor_tick(double now, unsigned partition)
{
	struct instance *const instance = &table_instances[partition];

	instance->ticked_last = true;
	instance->ticks++;
	struct ending ending = enter(partition);
	if (ending.fault == FAULT_NONE && instance->ticks > TICKS_AT_ONCE_MAX)
		ending = (struct ending){FAULT_CPU, "ticks without end"};
	if (ending.fault == FAULT_NONE)
		ending = look(now, partition, machine_tick(table_machine(partition), now));
	settle(now, partition, ending);
}
