/*
 * A runner's verbs. Each answers on one line: the instructions that the call itself took, then what
 * it gave.
 */
#ifndef HEDDLE_PROGRAM_H
#define HEDDLE_PROGRAM_H

#include "request.h"

typedef void verb(struct request *request);

struct program_verb {
	const char *name;
	verb *run;
};

/* Ends with an entry that has no name. */
extern const struct program_verb program_verbs[];

/* Before the first request. */
void program_start(void);

#endif
