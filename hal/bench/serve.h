/* The board's main loop on the bench. */

#ifndef HEDDLE_BENCH_SERVE_H
#define HEDDLE_BENCH_SERVE_H

/* Takes the calls of the bench, one after the other, for ever. */
_Noreturn void bench_serve(void);

#endif
