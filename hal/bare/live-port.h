/* A board without an operating system on lines of its own. */

#ifndef HEDDLE_LIVE_PORT_H
#define HEDDLE_LIVE_PORT_H

#include "command-line.h"

/* Runs the hub for ever. */
_Noreturn void live_port_serve(const struct command_line *line);

#endif
