/*
 * A board has two sides: the bench, which lends it everything in lockstep, and hardware of its own,
 * in real time. One of them is chosen when it starts; the kernel sees board.h and observer.h only.
 */

#ifndef HEDDLE_SIDE_H
#define HEDDLE_SIDE_H

#include <stdint.h>

#include "../kernel/board.h"

/* The functions of board.h and observer.h. */
struct side {
	unsigned (*device)(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length);
	unsigned (*flash)(unsigned region, unsigned operation, uint32_t offset,
			  const uint8_t *bytes, unsigned length);
	void (*entropy)(uint8_t *bytes, unsigned length);
	void (*peer)(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH]);
	double (*utc_ms)(void);
	unsigned (*utc_quality)(void);
	void (*feed_watchdog)(void);
	void (*panic)(const char *what);
	void (*delivered)(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);
	void (*refused)(unsigned from, unsigned to, int operation);
	void (*faulted)(unsigned party, unsigned kind, const char *what);
	void (*restarted)(unsigned party);
	void (*held)(unsigned party, double until);
};

extern const struct side bench_side, live_side;

/* Once, before the kernel starts; a board that does not choose is on the bench. */
void side_choose(const struct side *side);

#endif
