/* The UART of QEMU's virt machine: a 16550. TL16C550C data sheet, register selection. */

#include "../bare/uart.h"

#define UART_BASE 0x10000000u
#define UART_REGISTER(number) (*(volatile uint8_t *)(UART_BASE + (number)))
#define UART_DATA UART_REGISTER(0)
#define UART_FIFO UART_REGISTER(2)
#define UART_LINE_STATUS UART_REGISTER(5)

#define FIFO_ENABLE 1u
#define STATUS_RX_READY 1u
#define STATUS_TX_EMPTY 0x20u

/* The machine's test device: written, it ends the emulator. */
#define TEST_DEVICE (*(volatile uint32_t *)0x100000u)
#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u

void uart_start(void)
{
	UART_FIFO = FIFO_ENABLE;
}

void uart_put(uint8_t byte)
{
	while (!(UART_LINE_STATUS & STATUS_TX_EMPTY))
		;
	UART_DATA = byte;
}

uint8_t uart_get(void)
{
	while (!(UART_LINE_STATUS & STATUS_RX_READY))
		;
	return UART_DATA;
}

_Noreturn void machine_off(int status)
{
	TEST_DEVICE = status == 0 ? TEST_PASS : TEST_FAIL | (uint32_t)status << 16;
	for (;;)
		__asm volatile("wfi");
}
