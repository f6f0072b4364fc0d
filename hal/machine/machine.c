/* hal/kernel/machine.h over XS: a life is a clone of the frozen image in the partition's heap. */
#include "machine.h"

#include <math.h>
#include <string.h>

#include "arguments.h"
#include "board.h"
#include "figures.h"
#include "life.h"
#include "segment.h"
#include "stack.h"
#include "table.h"

_Static_assert(sizeof(struct life) <= MACHINE_STATE_BYTES, "the kernel keeps too little for a life");

/* How often the meter is looked at, in bytecodes: an endless loop overruns by less than this. */
#define METER_INTERVAL 1000

/*
 * What a machine has at first; chunks and slots grow in small steps until they meet.
 */
static const txCreation creation = {
	.initialChunkSize = 64,
	.incrementalChunkSize = 64,
	.initialHeapCount = 64,
	.incrementalHeapCount = 8,
	.initialKeyCount = 4,
	.incrementalKeyCount = 4,
	.nameModulo = IMAGE_NAME_MODULO,
	.symbolModulo = IMAGE_SYMBOL_MODULO,
};

/* One call into the machine: a method of the partition and what it is told. */
struct call {
	txID method;
	double now;
	unsigned peer;
	uint8_t *bytes;
	unsigned length;
	double *due;
};

typedef void (*body)(struct life *life, const struct call *call);

/* Why the last call ended: what it ended with is looked at before the next one begins. */
static const char *ended_why = "";

static struct life *life_of(struct machine *machine)
{
	return (struct life *)machine;
}

static txBoolean within_allowance(txMachine *the, txU4 steps)
{
	const struct life *life = the->context;

	return steps < table_partitions[life->partition].steps_per_call;
}

/* The exception's own `message`, read without running any of its program. */
static const char *thrown_by(txMachine *the)
{
	static char text[64];
	const txSlot *thrown = &mxException, *property;

	if (thrown->kind != XS_REFERENCE_KIND)
		return "threw no Error";
	for (property = thrown->value.reference->next; property; property = property->next) {
		if (property->ID != image.names.message)
			continue;
		if (property->kind != XS_STRING_KIND && property->kind != XS_STRING_X_KIND)
			continue;
		return strncpy(text, property->value.string, sizeof text - 1);
	}
	return "threw no Error";
}

static enum machine_end end_of(txMachine *the, bool left)
{
	switch (the->ended_with) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
	case XS_NO_MORE_KEYS_EXIT:
		ended_why = "out of memory";
		return MACHINE_OUT_OF_MEMORY;
	case XS_STACK_OVERFLOW_EXIT:
		ended_why = "out of stack";
		return MACHINE_OUT_OF_STACK;
	case XS_TOO_MUCH_COMPUTATION_EXIT:
		ended_why = "out of time";
		return MACHINE_OUT_OF_TIME;
	case 0:
		if (!left)
			return MACHINE_OK;
		ended_why = thrown_by(the);
		return MACHINE_THREW;
	default:
		ended_why = thrown_by(the);
		return MACHINE_THREW;
	}
}

/* Promises that a call settled run before it ends; one rejected and unheard is a fault. */
static void run_jobs(txMachine *the)
{
	while (the->has_jobs) {
		the->has_jobs = 0;
		fxRunPromiseJobs(the);
	}
	fxCheckUnhandledRejections(the, 1);
}

/*
 * The only way into a machine. Whatever ends its program early, an exception or the engine's abort,
 * comes back here; the frames in between are gone and the machine is only good for being stopped.
 */
static enum machine_end enter(struct life *life, body body, const struct call *call)
{
	txMachine *the = life->the;
	txJump jump = { .stack = the->stack, .scope = the->scope, .frame = the->frame };
	volatile bool left = true;

	heap_choose(&life->heap);
	stack_lend(life);
	the->ended_with = 0;
	the->stackLimit = fxCStackLimit();
	the->firstJump = &jump;
	fxBeginMetering(the, within_allowance, METER_INTERVAL);
	if (c_setjmp(jump.buffer) == 0) {
		fxBeginHost(the);
		body(life, call);
		run_jobs(the);
		fxEndHost(the);
		left = false;
	}
	fxEndMetering(the);
	the->firstJump = NULL;
	return end_of(the, left);
}

static void begin_method(txMachine *the, txID method)
{
	mxPushSlot(stack_kept(KEPT_PARTITION));
	mxDub();
	mxGetID(method);
	mxCall();
}

static void push_now(txMachine *the, double now)
{
	if (now <= INT32_MAX)
		mxPushInteger((txInteger)now);
	else
		mxPushNumber(now);
}

static void construct(struct life *life, const struct call *call)
{
	txMachine *the = life->the;

	(void)call;
	/*
	 * What a constructor makes stays, and a collection before each small step of the heap would
	 * find nothing. When an eighth of the heap is left, platform.c turns collections on again.
	 */
	fxEnableGarbageCollection(the, 0);
	mxPush(mxUint8ArrayConstructor);
	mxNew();
	mxPushInteger(0);
	mxRunCount(1);
	mxPullSlot(stack_kept(KEPT_BUFFER));
	mxPushUndefined();
	mxPush(*segment_constructor(the->segment, life->partition));
	mxCall();
	mxPush(image.environments[life->partition]);
	mxRunCount(1);
	mxPullSlot(stack_kept(KEPT_PARTITION));
	fxEnableGarbageCollection(the, 1);
	the->collectFlag &= ~XS_SKIPPED_COLLECT_FLAG;
}

static void receive(struct life *life, const struct call *call)
{
	txMachine *the = life->the;

	lend_bytes(stack_kept(KEPT_BUFFER), call->bytes, call->length);
	begin_method(life->the, call->method);
	push_now(the, call->now);
	mxPushInteger((txInteger)call->peer);
	mxPushSlot(stack_kept(KEPT_BUFFER));
	mxPushInteger((txInteger)call->length);
	mxRunCount(4);
	mxPop();
	lend_bytes(stack_kept(KEPT_BUFFER), NULL, 0);
}

static void tick(struct life *life, const struct call *call)
{
	txMachine *the = life->the;

	begin_method(life->the, call->method);
	push_now(the, call->now);
	mxRunCount(1);
	mxPop();
}

static void peer_restarted(struct life *life, const struct call *call)
{
	txMachine *the = life->the;

	begin_method(life->the, call->method);
	push_now(the, call->now);
	mxPushInteger((txInteger)call->peer);
	mxRunCount(2);
	mxPop();
}

static void due_at(struct life *life, const struct call *call)
{
	txMachine *the = life->the;

	begin_method(life->the, call->method);
	mxRunCount(0);
	if (the->stack->kind == XS_INTEGER_KIND)
		*call->due = the->stack->value.integer;
	else if (the->stack->kind == XS_NUMBER_KIND)
		*call->due = the->stack->value.number;
	else
		*call->due = NAN;
	mxPop();
}

/* What fxCloneMachine of a board takes from the image: see tools/builder/patches.ts. */
void *image_program(void)
{
	return image.program;
}

static enum machine_end no_room(void)
{
	ended_why = "no room for a machine";
	return MACHINE_OUT_OF_MEMORY;
}

enum machine_end machine_start(struct machine *machine, unsigned partition, double now)
{
	struct life *life = life_of(machine);
	const struct partition_row *row = &table_partitions[partition];
	const struct segment *segment;
	txCreation made = creation;
	enum machine_end end;
	txMachine *the;

	memset(life, 0, sizeof *life);
	life->partition = partition;
	life->started_at = now;
	heap_open(&life->heap, row->heap, row->heap_bytes & ~(size_t)7);
	segment = segment_of(partition, &ended_why);
	if (segment == NULL)
		return MACHINE_THREW;
	heap_choose(&life->heap);
	if (!stack_enrol(life))
		return no_room();
	stack_lend(life);
	made.stackCount = stack_count();
	life->the = the = fxCloneMachine(&made, image.root, NULL, life);
	if (the == NULL)
		return no_room();
	segment_adopt(the, segment);
	for (unsigned i = 0; i < KEPT_COUNT; i++)
		mxPushUndefined();
	if (!stack_rests(life))
		board_panic("a new machine's stack is not as the engine had it");
	end = enter(life, construct, NULL);
	if (end != MACHINE_OK)
		segment_doubt(partition);
	return end;
}

enum machine_end machine_receive(struct machine *machine, double now, unsigned from,
				 uint8_t *bytes, unsigned length)
{
	const struct call call = { .method = image.names.receive, .now = now, .peer = from,
				   .bytes = bytes, .length = length };

	return enter(life_of(machine), receive, &call);
}

enum machine_end machine_tick(struct machine *machine, double now)
{
	const struct call call = { .method = image.names.tick, .now = now };

	return enter(life_of(machine), tick, &call);
}

enum machine_end machine_peer_restarted(struct machine *machine, double now, unsigned peer)
{
	const struct call call = { .method = image.names.peer_restarted, .now = now, .peer = peer };

	return enter(life_of(machine), peer_restarted, &call);
}

enum machine_end machine_due_at(struct machine *machine, double *due)
{
	const struct call call = { .method = image.names.due_at, .due = due };

	*due = NAN;
	return enter(life_of(machine), due_at, &call);
}

const char *machine_what(const struct machine *machine)
{
	(void)machine;
	return ended_why;
}

/* What was on the stack goes; all else lies in the heap: to forget it is to give every byte back. */
void machine_stop(struct machine *machine)
{
	struct life *life = life_of(machine);

	stack_wipe(life);
	heap_open(&life->heap, life->heap.start, (size_t)(life->heap.end - life->heap.start));
	life->the = NULL;
}

void machine_figures(const struct machine *machine, struct machine_figures *figures)
{
	const struct life *life = (const struct life *)machine;
	const struct heap *heap = &life->heap;

	memset(figures, 0, sizeof *figures);
	figures->heap_used = (size_t)(heap->end - heap->start) - (size_t)(heap->high - heap->low);
	figures->heap_peak = (size_t)(heap->end - heap->start) - heap->least;
	figures->stack_bytes = table_stack_bytes;
	figures->stack_peak = stack_peak();
	if (life->the == NULL)
		return;
	figures->slots = (size_t)life->the->currentHeapCount;
	figures->chunk_bytes = (size_t)life->the->currentChunksSize;
}
