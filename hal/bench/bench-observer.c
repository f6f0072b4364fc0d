/* observer.h over the bench link: what passes in the kernel is told to the bench. */

#include "bench-board.h"

static struct frame news;

static void begin(unsigned kind, unsigned first)
{
	frame_begin(&news, kind);
	frame_put8(&news, first);
}

void bench_delivered(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	if (!bench_trace())
		return;
	begin(BENCH_DELIVERED, from);
	frame_put8(&news, to);
	frame_put_bytes(&news, bytes, length);
	frame_send(&news);
}

void bench_refused(unsigned from, unsigned to, int operation)
{
	begin(BENCH_REFUSED, from);
	frame_put8(&news, to);
	frame_put8(&news, operation < 0 ? 0 : (unsigned)operation);
	frame_put8(&news, operation >= 0);
	frame_send(&news);
}

void bench_faulted(unsigned party, unsigned kind, const char *what)
{
	begin(BENCH_FAULTED, party);
	frame_put8(&news, kind);
	frame_put_text(&news, what);
	frame_send(&news);
}

void bench_restarted(unsigned party)
{
	begin(BENCH_RESTARTED, party);
	frame_send(&news);
}

void bench_held(unsigned party, double until)
{
	begin(BENCH_HELD, party);
	frame_put_double(&news, until);
	frame_send(&news);
}
