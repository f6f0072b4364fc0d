/* One life of a partition's machine: what lies behind the kernel's `struct machine`. */
#ifndef HEDDLE_LIFE_H
#define HEDDLE_LIFE_H

#include "heap.h"
#include "image.h"

/* Slots at the bottom of the machine's stack, which live as long as it does. */
enum kept {
	/* The peer of a datagram link, a Uint8Array once it was asked for. */
	KEPT_PEER,
	/* What `receive` is handed: a Uint8Array whose bytes are the message where it waits. */
	KEPT_BUFFER,
	/* What the constructor made. */
	KEPT_PARTITION,
	KEPT_COUNT,
};

struct life {
	txMachine *the;
	unsigned partition;
	double started_at;
	struct heap heap;
};

#endif
