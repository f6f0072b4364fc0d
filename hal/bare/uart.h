/* The UART of the bench link, byte by byte, on a board without an operating system. */

#ifndef HEDDLE_BARE_UART_H
#define HEDDLE_BARE_UART_H

#include <stdint.h>

void uart_start(void);
/* Waits for room, and for a byte. */
void uart_put(uint8_t byte);
uint8_t uart_get(void);

/* Ends the machine that runs the board, or rests for ever where none can be told. */
_Noreturn void machine_off(int status);

#endif
