/* observer.h over the bench link: what passes in the kernel is told to the bench. */

#include "account.h"
#include "bench-board.h"

static void begin(unsigned kind, unsigned first)
{
	account_pause();
	frame_begin(&bench_words, kind);
	frame_put8(&bench_words, first);
}

static void end(void)
{
	frame_send(&bench_words);
	account_resume();
}

void bench_delivered(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	if (!bench_trace())
		return;
	begin(BENCH_DELIVERED, from);
	frame_put8(&bench_words, to);
	frame_put_bytes(&bench_words, bytes, length);
	end();
}

void bench_refused(unsigned from, unsigned to, int operation)
{
	begin(BENCH_REFUSED, from);
	frame_put8(&bench_words, to);
	frame_put8(&bench_words, operation < 0 ? 0 : (unsigned)operation);
	frame_put8(&bench_words, operation >= 0);
	end();
}

void bench_faulted(unsigned party, unsigned kind, const char *what)
{
	begin(BENCH_FAULTED, party);
	frame_put8(&bench_words, kind);
	frame_put_text(&bench_words, what);
	end();
}

void bench_restarted(unsigned party)
{
	begin(BENCH_RESTARTED, party);
	end();
}

void bench_held(unsigned party, double until)
{
	begin(BENCH_HELD, party);
	frame_put_double(&bench_words, until);
	end();
}
