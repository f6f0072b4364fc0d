/* The command line of the native hub. */

#ifndef HEDDLE_HUB_ARGUMENTS_H
#define HEDDLE_HUB_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct arguments {
	const char *radio;
	speed_t speed;
	bool flow_control;
	const char *wan;
	const char *state;
	bool json;
};

/* Ends the program with a sentence when something is wrong, or after --help. */
void arguments_read(struct arguments *arguments, int count, char **words);

#endif
