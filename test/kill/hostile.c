/*
 * What a test's firmware adds to the board: a fault that is injected and not one of the kernel's is
 * a deed, which the partition does itself, in its own machine, in its next call. Linked with
 * `--wrap` round the kernel and the machines; it tells the bench of lives and news.
 */

#include "../../hal/bench/frame.h"
#include "../../hal/bench/stream.h"
#include "../../hal/kernel/instance.h"
#include "../../hal/kernel/machine.h"
#include "../../hal/kernel/party.h"
#include "../../hal/kernel/table.h"
#include "../../hal/machine/figures.h"

/* deeds.ts has the same. */
enum { DEED_BASE = 0x80, WRITE_IMAGE = 0xff, HOSTILE_PARTY = 200 };

extern uint8_t image_start[];

/* The first byte of BENCH_TESTED: hostile-kernel.ts. */
enum event {
	EVENT_STARTED = 1, /* partition, bytes of its heap that are taken (4) */
	EVENT_STOPPED = 2, /* partition, bytes of its heap that are taken (4) */
	EVENT_TOLD = 3,    /* partition, peer that died (4) */
};

static uint8_t deeds[PARTY_KERNEL];

void __real_kernel_inject(unsigned partition, unsigned fault);
void __wrap_kernel_inject(unsigned partition, unsigned fault);
enum machine_end __real_machine_start(struct machine *machine, unsigned partition, double now);
enum machine_end __wrap_machine_start(struct machine *machine, unsigned partition, double now);
enum machine_end __real_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length);
enum machine_end __wrap_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length);
enum machine_end __real_machine_tick(struct machine *machine, double now);
enum machine_end __wrap_machine_tick(struct machine *machine, double now);
enum machine_end __real_machine_peer_restarted(struct machine *machine, double now, unsigned peer);
enum machine_end __wrap_machine_peer_restarted(struct machine *machine, double now, unsigned peer);
void __real_machine_stop(struct machine *machine);
void __wrap_machine_stop(struct machine *machine);

static void tell(enum event event, unsigned partition, size_t value)
{
	const uint8_t bytes[] = {
		6, 0, BENCH_TESTED, (uint8_t)event, (uint8_t)partition,
		(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24),
	};

	stream_write(bytes, sizeof bytes);
}

static unsigned partition_of(const struct machine *machine)
{
	unsigned partition = 0;

	while (table_machine(partition) != machine)
		partition++;
	return partition;
}

static size_t taken(const struct machine *machine)
{
	struct machine_figures figures;

	machine_figures(machine, &figures);
	return figures.heap_used;
}

void __wrap_kernel_inject(unsigned partition, unsigned fault)
{
	if (fault < DEED_BASE) {
		__real_kernel_inject(partition, fault);
		return;
	}
	if (fault == WRITE_IMAGE) {
		*(volatile uint8_t *)image_start ^= 1;
		return;
	}
	deeds[partition] = (uint8_t)(fault - DEED_BASE);
	table_instances[partition].due_at = 0;
}

/* Whether its next call is the deed; then it is done, and `end` says how it ended. */
static bool does(struct machine *machine, double now, enum machine_end *end)
{
	unsigned partition = partition_of(machine);
	uint8_t deed = deeds[partition];

	if (deed == 0)
		return false;
	deeds[partition] = 0;
	*end = __real_machine_receive(machine, now, HOSTILE_PARTY, &deed, 1);
	return true;
}

enum machine_end __wrap_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length)
{
	enum machine_end end;

	if (does(machine, now, &end))
		return end;
	return __real_machine_receive(machine, now, from, bytes, length);
}

enum machine_end __wrap_machine_tick(struct machine *machine, double now)
{
	enum machine_end end;

	return does(machine, now, &end) ? end : __real_machine_tick(machine, now);
}

enum machine_end __wrap_machine_peer_restarted(struct machine *machine, double now, unsigned peer)
{
	tell(EVENT_TOLD, partition_of(machine), peer);
	return __real_machine_peer_restarted(machine, now, peer);
}

enum machine_end __wrap_machine_start(struct machine *machine, unsigned partition, double now)
{
	enum machine_end end = __real_machine_start(machine, partition, now);

	tell(EVENT_STARTED, partition, taken(machine));
	return end;
}

void __wrap_machine_stop(struct machine *machine)
{
	__real_machine_stop(machine);
	tell(EVENT_STOPPED, partition_of(machine), taken(machine));
}
