/* What an emulator counts for the board. */

#ifndef HEDDLE_BENCH_INSTRUCTIONS_H
#define HEDDLE_BENCH_INSTRUCTIONS_H

#include <stdint.h>

/* Done so far, from some moment on. True in QEMU with `-icount shift=0`; 0 where nobody counts. */
uint64_t instructions_done(void);

#endif
