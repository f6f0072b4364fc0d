/* UART 0 of the MPS2 board: Arm CMSDK APB UART. Cortex-M System Design Kit TRM, 4.3. */

#include "../bare/uart.h"

#define UART_BASE 0x40004000u
#define UART_REGISTER(offset) (*(volatile uint32_t *)(UART_BASE + (offset)))
#define UART_DATA UART_REGISTER(0x00)
#define UART_STATE UART_REGISTER(0x04)
#define UART_CTRL UART_REGISTER(0x08)
#define UART_BAUDDIV UART_REGISTER(0x10)

#define STATE_TX_FULL 1u
#define STATE_RX_FULL 2u
#define CTRL_TX_ENABLE 1u
#define CTRL_RX_ENABLE 2u
/* The fastest that the hardware takes. */
#define BAUDDIV_MIN 16u

void uart_start(void)
{
	UART_BAUDDIV = BAUDDIV_MIN;
	UART_CTRL = CTRL_TX_ENABLE | CTRL_RX_ENABLE;
}

void uart_put(uint8_t byte)
{
	while (UART_STATE & STATE_TX_FULL)
		;
	UART_DATA = byte;
}

uint8_t uart_get(void)
{
	while (!(UART_STATE & STATE_RX_FULL))
		;
	return (uint8_t)UART_DATA;
}

/* The bench takes the power away. */
_Noreturn void machine_off(int status)
{
	(void)status;
	for (;;)
		__asm volatile("wfi");
}
