/*
 * The board's main loop on the bench: the kernel gets time and input from the calls of the bench
 * alone, so the same calls bring the same bytes on every board.
 */

#include "serve.h"

#include "../kernel/board.h"
#include "../kernel/kernel.h"
#include "../kernel/table.h"
#include "../machine/figures.h"
#include "account.h"
#include "bench-board.h"
#include "image-digest.h"

static void done(unsigned answer)
{
	const double due = kernel_due_at();
	const double spent = account_end();

	frame_begin(&bench_words, BENCH_DONE);
	frame_put8(&bench_words, answer);
	frame_put_double(&bench_words, due);
	frame_put_double(&bench_words, spent);
	frame_send(&bench_words);
}

static double take_now(void)
{
	double now = frame_get_double(&bench_words);

	bench_take_clock(&bench_words);
	return now;
}

static void start(void)
{
	double now = take_now();
	unsigned flags = frame_get8(&bench_words);

	bench_set_trace((flags & BENCH_FLAG_TRACE) != 0);
	account_open((flags & BENCH_FLAG_COUNT) != 0);
	bench_take_peers(&bench_words);
	account_begin();
	kernel_start(now);
	done(0);
}

static void run(void)
{
	double now = take_now();

	account_begin();
	done(kernel_run(now));
}

static void deliver(void)
{
	double now = take_now();
	unsigned party = frame_get8(&bench_words);

	account_begin();
	done(kernel_deliver(now, party, frame_rest(&bench_words), frame_rest_length(&bench_words)));
}

static void inject(void)
{
	unsigned partition = frame_get8(&bench_words);

	kernel_inject(partition, frame_get8(&bench_words));
	done(0);
}

static void release(void)
{
	double now = take_now();

	kernel_release(now, frame_get8(&bench_words));
	done(0);
}

/* Messages of channels that wait for the partition. */
static unsigned queued(unsigned partition)
{
	const struct partition_row *row = &table_partitions[partition];
	unsigned sum = 0;

	for (unsigned i = 0; i < row->input_count; i++) {
		unsigned input = row->inputs[i];

		if (table_inputs[input].kind == INPUT_CHANNEL)
			sum += table_queues[input].waiting;
	}
	return sum;
}

static void figures(void)
{
	struct machine_figures memory;

	machine_figures(table_machine(0), &memory);
	frame_begin(&bench_words, BENCH_FIGURED);
	frame_put32(&bench_words, (uint32_t)memory.stack_peak);
	frame_put32(&bench_words, (uint32_t)memory.stack_bytes);
	for (unsigned i = 0; i < table_partition_count; i++) {
		const struct partition_counters *counters = kernel_counters_of(i);

		frame_put8(&bench_words, kernel_state_of(i));
		frame_put16(&bench_words, queued(i));
		frame_put32(&bench_words, counters->received);
		frame_put32(&bench_words, counters->sent);
		frame_put32(&bench_words, counters->refused);
		frame_put32(&bench_words, counters->full);
		frame_put32(&bench_words, counters->unreachable);
		frame_put32(&bench_words, counters->restarts);
		frame_put32(&bench_words, counters->faults);
		machine_figures(table_machine(i), &memory);
		frame_put32(&bench_words, (uint32_t)memory.heap_peak);
		frame_put32(&bench_words, table_partitions[i].heap_bytes);
	}
	frame_send(&bench_words);
}

static void image(void)
{
	frame_begin(&bench_words, BENCH_IMAGED);
	frame_put32(&bench_words, image_digest());
	frame_send(&bench_words);
}

static void serve_one(void)
{
	switch (bench_words.kind) {
	case BENCH_START:
		start();
		return;
	case BENCH_RUN:
		run();
		return;
	case BENCH_DELIVER:
		deliver();
		return;
	case BENCH_INJECT:
		inject();
		return;
	case BENCH_RELEASE:
		release();
		return;
	case BENCH_FIGURES:
		figures();
		return;
	case BENCH_IMAGE:
		image();
		return;
	default:
		board_panic("the bench called something unknown");
	}
}

_Noreturn void bench_serve(void)
{
	frame_begin(&bench_words, BENCH_READY);
	frame_put8(&bench_words, BENCH_VERSION);
	frame_put8(&bench_words, table_partition_count);
	frame_send(&bench_words);
	for (;;) {
		frame_receive(&bench_words);
		serve_one();
	}
}
