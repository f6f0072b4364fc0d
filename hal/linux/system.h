/* What the operating system gives the hub: time, chance, waiting, signals, its output. */

#ifndef HEDDLE_LINUX_SYSTEM_H
#define HEDDLE_LINUX_SYSTEM_H

#include <stdbool.h>

/* `words`: how the program was called, to start it anew. */
void system_start(char **words, bool json);

#endif
