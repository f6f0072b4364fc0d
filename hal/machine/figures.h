/* What a machine uses of its fixed memory, for memory maps and tests. */
#ifndef HEDDLE_FIGURES_H
#define HEDDLE_FIGURES_H

#include <stddef.h>
#include "machine.h"

struct machine_figures {
	/* Of the whole heap: what is taken now, and the most that ever was. Bytes. */
	size_t heap_used, heap_peak;
	/* Of the JavaScript stack of all machines: what it has, and the most that was used. Bytes. */
	size_t stack_bytes, stack_peak;
	/* Slots and bytes of chunks that are in use, or were since the last collection. */
	size_t slots, chunk_bytes;
};

void machine_figures(const struct machine *machine, struct machine_figures *figures);

#endif
