/*
 * Three lives of one partition in three machines. Each deed is done by the second one; then its
 * end is told, it is started anew, and the other two show that they work. One line of output a deed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "figures.h"
#include "machine.h"
#include "segment.h"
/* Constant for everybody else; here the second one's heap becomes smaller. */
#define table_partitions table_partitions_of_others
#include "table.h"
#undef table_partitions

enum { MACHINES = 3, DEEDS = 21, RESTARTS = 1000 };

static _Alignas(16) uint8_t heaps[MACHINES][TABLE_HEAP_BYTES(12 * 1024)];
static _Alignas(16) uint8_t states[MACHINES][MACHINE_STATE_BYTES];
_Alignas(16) uint8_t table_stack[TABLE_HEAP_BYTES(4 * 1024)];
const uint32_t table_stack_bytes = sizeof table_stack;
static const uint8_t inputs[] = { 0 };
static unsigned sent[MACHINES];

#define ROW(n) \
	{ .name = "victim", .heap = heaps[n], .heap_bytes = sizeof heaps[n], \
	  .steps_per_call = 200000, .inputs = inputs, .input_count = 1, .written = true }
struct partition_row table_partitions[] = { ROW(0), ROW(1), ROW(2) };
const struct input_row table_inputs[] = { { .queue = { .slot_bytes = 320, .depth = 1 } } };

unsigned kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	(void)bytes;
	sent[from] += to == 0 && length == 1;
	return 0;
}

void board_peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	(void)party;
	memset(address, 0, BOARD_ADDRESS_LENGTH);
}

void board_entropy(uint8_t *bytes, unsigned length)
{
	memset(bytes, 0x5a, length);
}

void board_panic(const char *what)
{
	puts(what);
	exit(1);
}

double board_utc_ms(void)
{
	return 0;
}

unsigned board_utc_quality(void)
{
	return 0;
}

static struct machine *machine_of(unsigned n)
{
	return (struct machine *)states[n];
}

static enum machine_end act(unsigned n, uint8_t deed)
{
	return machine_receive(machine_of(n), 1, 0, &deed, 1);
}

/* FNV-1a over every byte of the image and of the segment. */
static uint64_t digest(void)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const uint8_t *at = image_start; at < image_end; at++)
		hash = (hash ^ *at) * 0x100000001b3u;
	for (uint32_t i = 0; i < segment_places[0].bytes; i++)
		hash = (hash ^ ((const uint8_t *)segment_places[0].start)[i]) * 0x100000001b3u;
	return hash;
}

static size_t used(unsigned n)
{
	struct machine_figures figures;

	machine_figures(machine_of(n), &figures);
	return figures.heap_used;
}

static void start(unsigned n)
{
	enum machine_end end = machine_start(machine_of(n), n, 0);

	if (end != MACHINE_OK)
		printf("start %d %s\n", end, machine_what(machine_of(n)));
}

static void show(unsigned deed, enum machine_end end, size_t fresh)
{
	const char *what = end == MACHINE_OK ? "" : machine_what(machine_of(1));
	enum machine_end first, last;

	printf("%u %d %s", deed, end, what);
	machine_stop(machine_of(1));
	printf("|%zu", used(1));
	start(1);
	first = act(0, 0);
	last = act(2, 0);
	printf("|%d %d|%d\n", first, last, used(1) == fresh && act(1, 0) == MACHINE_OK);
}

/* Whether the last machine's end left anything on the stack of all. */
static bool stack_is_blank(void)
{
	for (uint32_t i = 1; i < table_stack_bytes; i++)
		if (table_stack[i] != table_stack[0])
			return false;
	return true;
}

/* With every heap that is too small: how many there are, and how many starts ended for want of it. */
static void start_in_small_heaps(void)
{
	unsigned tried = 0, ended = 0;

	act(1, 0);
	machine_stop(machine_of(1));
	printf("stack %d\n", stack_is_blank());
	for (uint32_t bytes = 0;; bytes += 8, tried++) {
		enum machine_end end;

		table_partitions[1].heap_bytes = bytes;
		memset(states[1], 0, sizeof states[1]);
		end = machine_start(machine_of(1), 1, 0);
		if (end == MACHINE_OK)
			break;
		ended += end == MACHINE_OUT_OF_MEMORY;
		machine_stop(machine_of(1));
	}
	printf("small %d %d %d\n", tried > 100, ended == tried, act(0, 0) == MACHINE_OK);
}

int main(void)
{
	uint64_t before = digest();
	struct machine_figures figures;
	size_t fresh;
	unsigned deed, ended = 0;

	for (unsigned n = 0; n < MACHINES; n++)
		start(n);
	fresh = used(1);
	for (deed = 0; deed < DEEDS; deed++)
		show(deed, act(1, (uint8_t)deed), fresh);
	for (unsigned i = 0; i < RESTARTS; i++) {
		ended += act(1, (uint8_t)(1 + i % 6)) != MACHINE_OK;
		machine_stop(machine_of(1));
		start(1);
	}
	machine_figures(machine_of(0), &figures);
	printf("restarts %u %d\n", ended, used(1) == fresh);
	printf("sent %u %u\n", sent[0], sent[2]);
	start_in_small_heaps();
	printf("image %d\n", before == digest());
	printf("bytes %zu %zu %zu\n", fresh, figures.heap_peak, figures.stack_peak);
	return 0;
}
