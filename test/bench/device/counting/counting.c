/*
 * What a board spends its instructions on, seen from outside: the linker puts these functions in
 * front of the real ones (--wrap), so the sources that are measured are those of every board.
 *
 * This file tells what happens between kernel and machines, with the sums so far; below.c has the
 * functions under them. The reader is ../counted.ts.
 */

#include "../../../../hal/bench/frame.h"
#include "../../../../hal/kernel/board.h"
#include "../../../../hal/kernel/kernel.h"
#include "../../../../hal/kernel/observer.h"
#include "../../../../hal/kernel/table.h"
#include "../../../../hal/machine/figures.h"
#include "work.h"

enum event {
	/* A call into a machine begins, and is over. */
	EVENT_CALLS = 0,
	EVENT_CALLED = 1,
	/* The program of the machine begins. */
	EVENT_PROGRAM = 2,
	/* The running program sends a message, or asks something of a device. */
	EVENT_SENDS = 3,
	EVENT_DEVICE = 4,
	/* The kernel begins with an empty RAM. */
	EVENT_BOOT = 5,
};

enum call { CALL_START, CALL_RECEIVE, CALL_TICK, CALL_PEER_RESTARTED, CALL_DUE_AT };

static struct frame event_frame;
static unsigned running;
/* A native of the engine may call a program again; only the outermost call is an event. */
static unsigned depth;

static void put64(uint64_t value)
{
	frame_put32(&event_frame, (uint32_t)value);
	frame_put32(&event_frame, (uint32_t)(value >> 32));
}

static void tell(enum event event, unsigned party, unsigned what, unsigned operation)
{
	const enum work last = work_change(WORK_BENCH);
	struct machine_figures figures;

	frame_begin(&event_frame, BENCH_COUNTED);
	frame_put8(&event_frame, event);
	frame_put8(&event_frame, party);
	frame_put8(&event_frame, what);
	frame_put8(&event_frame, operation);
	for (unsigned i = WORK_KERNEL; i < WORKS; i++)
		put64(work_sums[i]);
	if (event == EVENT_CALLED) {
		machine_figures(table_machine(party), &figures);
		frame_put32(&event_frame, (uint32_t)figures.heap_peak);
		frame_put32(&event_frame, (uint32_t)figures.stack_peak);
		frame_put32(&event_frame, (uint32_t)figures.slots);
		frame_put32(&event_frame, (uint32_t)figures.chunk_bytes);
	}
	frame_send(&event_frame);
	work_change(last);
}

/* The kernel, as its board calls it. */

void __real_kernel_start(double now);
void __wrap_kernel_start(double now);
void __wrap_kernel_start(double now)
{
	tell(EVENT_BOOT, 0, 0, 0);
	work_change(WORK_KERNEL);
	__real_kernel_start(now);
	work_change(WORK_BENCH);
}

bool __real_kernel_run(double now);
bool __wrap_kernel_run(double now);
bool __wrap_kernel_run(double now)
{
	work_change(WORK_KERNEL);
	const bool remains = __real_kernel_run(now);
	work_change(WORK_BENCH);
	return remains;
}

unsigned __real_kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length)
{
	work_change(WORK_KERNEL);
	const unsigned sent = __real_kernel_deliver(now, party, bytes, length);
	work_change(WORK_BENCH);
	return sent;
}

/* The machine, as the kernel calls it. */

static void enter(const struct machine *machine, enum call call, unsigned from, unsigned operation)
{
	work_change(WORK_BENCH);
	running = 0;
	while (table_machine(running) != machine)
		running++;
	depth = 0;
	work_change(WORK_KERNEL);
	if (call == CALL_RECEIVE)
		tell(EVENT_CALLS, running, from, operation);
	work_change(WORK_MACHINE);
}

static enum machine_end leave(enum machine_end end, enum call call)
{
	work_change(WORK_KERNEL);
	tell(EVENT_CALLED, running, call, end);
	return end;
}

enum machine_end __real_machine_start(struct machine *machine, unsigned partition, double now);
enum machine_end __wrap_machine_start(struct machine *machine, unsigned partition, double now);
enum machine_end __wrap_machine_start(struct machine *machine, unsigned partition, double now)
{
	enter(machine, CALL_START, 0, 0);
	return leave(__real_machine_start(machine, partition, now), CALL_START);
}

enum machine_end __real_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length);
enum machine_end __wrap_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length);
enum machine_end __wrap_machine_receive(struct machine *machine, double now, unsigned from,
					uint8_t *bytes, unsigned length)
{
	enter(machine, CALL_RECEIVE, from, bytes[0]);
	return leave(__real_machine_receive(machine, now, from, bytes, length), CALL_RECEIVE);
}

enum machine_end __real_machine_tick(struct machine *machine, double now);
enum machine_end __wrap_machine_tick(struct machine *machine, double now);
enum machine_end __wrap_machine_tick(struct machine *machine, double now)
{
	enter(machine, CALL_TICK, 0, 0);
	return leave(__real_machine_tick(machine, now), CALL_TICK);
}

enum machine_end __real_machine_peer_restarted(struct machine *machine, double now, unsigned peer);
enum machine_end __wrap_machine_peer_restarted(struct machine *machine, double now, unsigned peer);
enum machine_end __wrap_machine_peer_restarted(struct machine *machine, double now, unsigned peer)
{
	enter(machine, CALL_PEER_RESTARTED, 0, 0);
	return leave(__real_machine_peer_restarted(machine, now, peer), CALL_PEER_RESTARTED);
}

enum machine_end __real_machine_due_at(struct machine *machine, double *due);
enum machine_end __wrap_machine_due_at(struct machine *machine, double *due);
enum machine_end __wrap_machine_due_at(struct machine *machine, double *due)
{
	enter(machine, CALL_DUE_AT, 0, 0);
	return leave(__real_machine_due_at(machine, due), CALL_DUE_AT);
}

/* The engine, as the machine calls it: `the`, a generator, a count of arguments. */

void __real_fxRunID(void *the, void *generator, int32_t count);
void __wrap_fxRunID(void *the, void *generator, int32_t count);
void __wrap_fxRunID(void *the, void *generator, int32_t count)
{
	const enum work last = work_change(WORK_PROGRAM);

	if (depth++ == 0)
		tell(EVENT_PROGRAM, running, 0, 0);
	__real_fxRunID(the, generator, count);
	depth--;
	work_change(last);
}

/* The kernel, as a machine calls it. */

unsigned __real_kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	tell(EVENT_SENDS, from, to, length > 0 ? bytes[0] : 0);
	const enum work last = work_change(WORK_KERNEL);
	const unsigned sent = __real_kernel_send(from, to, bytes, length);

	work_change(last);
	return sent;
}

unsigned __real_kernel_region(unsigned partition, unsigned region, unsigned operation,
			      uint32_t offset, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_region(unsigned partition, unsigned region, unsigned operation,
			      uint32_t offset, const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_region(unsigned partition, unsigned region, unsigned operation,
			      uint32_t offset, const uint8_t *bytes, unsigned length)
{
	const enum work last = work_change(WORK_KERNEL);
	const unsigned sent =
		__real_kernel_region(partition, region, operation, offset, bytes, length);

	work_change(last);
	return sent;
}

unsigned __real_kernel_device(unsigned partition, unsigned party, unsigned verb,
			      const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_device(unsigned partition, unsigned party, unsigned verb,
			      const uint8_t *bytes, unsigned length);
unsigned __wrap_kernel_device(unsigned partition, unsigned party, unsigned verb,
			      const uint8_t *bytes, unsigned length)
{
	tell(EVENT_DEVICE, partition, party, verb);
	const enum work last = work_change(WORK_KERNEL);
	const unsigned answer = __real_kernel_device(partition, party, verb, bytes, length);

	work_change(last);
	return answer;
}
