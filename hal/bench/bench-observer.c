/* observer.h over the bench link: what passes in the kernel is told to the bench. */

#include "../kernel/observer.h"

#include "bench-board.h"

static struct frame news;

static void begin(unsigned kind, unsigned first)
{
	frame_begin(&news, kind);
	frame_put8(&news, first);
}

void observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			unsigned length)
{
	(void)now;
	if (!bench_trace())
		return;
	begin(BENCH_DELIVERED, from);
	frame_put8(&news, to);
	frame_put_bytes(&news, bytes, length);
	frame_send(&news);
}

void observer_refused(double now, unsigned from, unsigned to, int operation)
{
	(void)now;
	begin(BENCH_REFUSED, from);
	frame_put8(&news, to);
	frame_put8(&news, operation < 0 ? 0 : (unsigned)operation);
	frame_put8(&news, operation >= 0);
	frame_send(&news);
}

void observer_faulted(double now, unsigned party, unsigned kind, const char *what)
{
	(void)now;
	begin(BENCH_FAULTED, party);
	frame_put8(&news, kind);
	frame_put_text(&news, what);
	frame_send(&news);
}

void observer_restarted(double now, unsigned party)
{
	(void)now;
	begin(BENCH_RESTARTED, party);
	frame_send(&news);
}

void observer_held(double now, unsigned party, double until)
{
	(void)now;
	begin(BENCH_HELD, party);
	frame_put_double(&news, until);
	frame_send(&news);
}
