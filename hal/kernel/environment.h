/* What one life of a partition can ask of the kernel: the calls of machine.h. */

#ifndef HEDDLE_ENVIRONMENT_H
#define HEDDLE_ENVIRONMENT_H

/* The running kernel's time. */
struct turn {
	double now;
};

extern struct turn turn;

#endif
