/*
 * Who the instructions belong to: each to whoever was entered last. The sums go out with events;
 * the reader subtracts.
 */

#ifndef HEDDLE_COUNTING_WORK_H
#define HEDDLE_COUNTING_WORK_H

#include <stdint.h>

enum work {
	/* What a board without a bench would not do. */
	WORK_BENCH,
	WORK_KERNEL,
	/* The machine around a program. */
	WORK_MACHINE,
	/* The program of a partition, and the engine under it. */
	WORK_PROGRAM,
	WORK_CRYPTO,
	WORKS,
};

extern uint64_t work_sums[WORKS];

/* Answers whose work it was until now. */
enum work work_change(enum work next);

#endif
