/* One partition's present life: the running machine, or the wait for the next. */

#ifndef HEDDLE_INSTANCE_H
#define HEDDLE_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "recovery.h"

enum instance_state {
	/* Nobody has written it; it never starts. */
	INSTANCE_ABSENT = 0,
	/* To be started when its turn comes, or in its constructor; messages for it wait. */
	INSTANCE_STARTING = 1,
	INSTANCE_RUNNING = 2,
	/* It died and waits for its next start. */
	INSTANCE_DOWN = 3,
	/* It died too often and waits for the hold to end. */
	INSTANCE_HELD = 4,
};

struct instance {
	/* When it wants a tick, as it last said. */
	double due_at;
	double started_at;
	/* For DOWN and HELD: when the next life begins. */
	double next_start_at;
	struct recovery recovery;
	/* Ticks running after each of which it wanted the next one at once. */
	uint16_t ticks;
	/* Messages that wait for it over all its inputs: the schedule looks only here. */
	uint16_t backlog;
	uint8_t state;
	uint8_t injected;
	/* Where the search for its next input begins. */
	uint8_t cursor;
	/* Whether its last call was a tick: then a message goes first. */
	bool ticked_last;
};

void instance_reset(unsigned partition);
/* Whether messages for it are taken. */
bool instance_reachable(unsigned partition);
/* The schedule asks between calls, when no constructor runs: its first start is work too. */
bool instance_has_work(unsigned partition, double now);
/* The next input with a message, each in its turn; TABLE_NONE: its backlog is empty. */
unsigned instance_next_input(unsigned partition);
/* Forgets all that waits for it or comes from it, and orphans what the chip does for it. */
void instance_clear_queues(unsigned partition);

#endif
