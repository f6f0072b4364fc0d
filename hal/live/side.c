#include "side.h"

#include "../kernel/observer.h"

static const struct side *side = &bench_side;

void side_choose(const struct side *chosen)
{
	side = chosen;
}

unsigned board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length)
{
	return side->device(party, verb, bytes, length);
}

unsigned board_flash(unsigned region, unsigned operation, uint32_t offset, const uint8_t *bytes,
		     unsigned length)
{
	return side->flash(region, operation, offset, bytes, length);
}

void board_entropy(uint8_t *bytes, unsigned length)
{
	side->entropy(bytes, length);
}

void board_peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	side->peer(party, address);
}

double board_utc_ms(void)
{
	return side->utc_ms();
}

unsigned board_utc_quality(void)
{
	return side->utc_quality();
}

void board_feed_watchdog(void)
{
	side->feed_watchdog();
}

_Noreturn void board_panic(const char *what)
{
	for (;;)
		side->panic(what);
}

void observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			unsigned length)
{
	(void)now;
	side->delivered(from, to, bytes, length);
}

void observer_refused(double now, unsigned from, unsigned to, int operation)
{
	(void)now;
	side->refused(from, to, operation);
}

void observer_faulted(double now, unsigned party, unsigned kind, const char *what)
{
	(void)now;
	side->faulted(party, kind, what);
}

void observer_restarted(double now, unsigned party)
{
	(void)now;
	side->restarted(party);
}

void observer_held(double now, unsigned party, double until)
{
	(void)now;
	side->held(party, until);
}
