/*
 * The base image: the engine's built-ins, the modules that several partitions use, and what each
 * partition is handed, as constants in flash. The image maker fills it; machines are cloned from it
 * and never write to it. The partitions' own modules are in segments: segment.h.
 */
#ifndef HEDDLE_IMAGE_H
#define HEDDLE_IMAGE_H

#include "xsAll.h"

/*
 * Buckets of the engine's tables of names and symbols. Each machine has a copy, and they are looked
 * up only when a name is made at run time: small.
 */
#define IMAGE_NAME_MODULO 7
#define IMAGE_SYMBOL_MODULO 3

/* The engine's numbers of the names that C calls and reads. */
struct names {
	txID receive, tick, due_at, peer_restarted, place, message;
};

/* `Party` numbers of partitions are below this. */
#define IMAGE_PARTITIONS 32

struct image {
	/*
	 * By Party: the partition's `environment`; or undefined. Slots lie on multiples of 8, which
	 * one 32-bit compiler does by itself and another does not.
	 */
	_Alignas(8) txSlot environments[IMAGE_PARTITIONS];
	struct names names;
	/* Where all machines' programs are at home: it has the one global object, which is constant. */
	txSlot *program;
	/* Last, so that no compiler pads. */
	txMachine *root;
};

#ifndef HEDDLE_IMAGE_MAKER
extern const struct image image;
#endif

#endif
