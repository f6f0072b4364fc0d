/* The bench link over a UART. */

#include "../bench/stream.h"
#include "uart.h"

void stream_read(uint8_t *bytes, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		bytes[i] = uart_get();
}

void stream_write(const uint8_t *bytes, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		uart_put(bytes[i]);
}

/* A UART keeps nothing back. */
void stream_flush(void)
{
}

_Noreturn void stream_stop(int status)
{
	machine_off(status);
}
