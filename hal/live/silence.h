/*
 * Tells when a line's other end does not answer, and when it does again: a radio at another speed,
 * a head-end that is not there.
 */

#ifndef HEDDLE_SILENCE_H
#define HEDDLE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

struct silence {
	/* Who would answer, and what to do when nobody does. */
	const char *who, *advice;
	/* So long an answer may take. */
	double patience_ms;
	uint32_t heard, said;
	double asked_at;
	bool asking, silent;
};

/* `in` and `out` are how many frames came and went in all. */
void silence_poll(struct silence *silence, double now, uint32_t in, uint32_t out);

#endif
