/* The UARTs of a board without an operating system. Each board has its own uart.c. */

#ifndef HEDDLE_UART_H
#define HEDDLE_UART_H

#include <stdint.h>

/* The powerline modem's line is there, and nobody drives the modem yet. */
enum uart { UART_RADIO = 0, UART_WAN = 1, UART_PLC = 2, UART_COUNT = 3 };

void uart_start(void);
/* What has come, at most `room` bytes; 0: nothing. */
unsigned uart_read(unsigned uart, uint8_t *bytes, unsigned room);
/* Waits until the byte is taken; one that the line never takes is lost. */
void uart_write(unsigned uart, uint8_t byte);

#endif
