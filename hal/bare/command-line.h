/*
 * How the emulator was told to start the board: `live FLASH PEER` lets it run on its own lines,
 * with FLASH the file of its flash and PEER the head-end's address, 36 digits. Anything else: the
 * bench.
 */

#ifndef HEDDLE_COMMAND_LINE_H
#define HEDDLE_COMMAND_LINE_H

#include <stdbool.h>

struct command_line {
	bool live;
	const char *flash;
	const char *peer;
};

/* The words stay as they are until the next call. */
struct command_line command_line_read(void);

#endif
