/* From the first instruction in C to the bench, on a board without an operating system. */

#ifndef HEDDLE_BARE_START_H
#define HEDDLE_BARE_START_H

/* Fills RAM as the linker laid it out, and serves the bench. The stack pointer is set already. */
_Noreturn void board_start(void);

/* An exception of the processor: the C code is wrong, or the stack is full. */
_Noreturn void board_trap(unsigned cause);

#endif
