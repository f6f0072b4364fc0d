/* Instructions done so far. True in QEMU with `-icount shift=0`; 0 where nothing counts them. */

#ifndef HEDDLE_INSTRUCTIONS_H
#define HEDDLE_INSTRUCTIONS_H

#include <stdint.h>

uint64_t instructions(void);

#endif
