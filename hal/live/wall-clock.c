#include "wall-clock.h"

#include "../kernel/check.h"
#include "console.h"
#include "port.h"

/* hal/clock.ts */
enum time_quality { TIME_UNKNOWN = 0, TIME_HOLDOVER = 1, TIME_SYNCHRONISED = 2 };

/* A time set longer ago is holdover: two of the hourly registrations were missed. */
#define FRESH_MS (2.5 * 3600 * 1000)
/* A step beyond this is told. */
#define STEP_MS 1000
#define SET_LENGTH 9u

static double set_at, set_to;
static unsigned quality;

void wall_clock_start(void)
{
	set_at = port_now();
	set_to = port_utc_ms();
	quality = set_to > 0 ? TIME_HOLDOVER : TIME_UNKNOWN;
}

void wall_clock_set(const uint8_t *bytes, unsigned length)
{
	const double before = wall_clock_utc_ms();
	const unsigned before_quality = quality;
	double utc_ms = 0;

	check(length == SET_LENGTH, "a time of another length");
	for (unsigned i = 8; i-- > 0;)
		utc_ms = utc_ms * 256 + bytes[i];
	set_at = port_now();
	set_to = utc_ms;
	quality = bytes[8];
	const double step = utc_ms - before;
	if (quality != before_quality || step > STEP_MS || step < -STEP_MS) {
		console_begin("clock");
		console_number("utcMs", utc_ms);
		console_text("quality",
			     quality == TIME_SYNCHRONISED ? "synchronised" : "holdover");
		console_end();
	}
}

double wall_clock_utc_ms(void)
{
	return quality == TIME_UNKNOWN ? 0 : set_to + (port_now() - set_at);
}

unsigned wall_clock_quality(void)
{
	if (quality == TIME_SYNCHRONISED && port_now() - set_at > FRESH_MS)
		return TIME_HOLDOVER;
	return quality;
}
