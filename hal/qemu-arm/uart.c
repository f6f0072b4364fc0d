/*
 * The UARTs of mps2-an386: interrupts receive into rings, sending waits. Arm Cortex-M System Design
 * Kit r1p1 (DDI 0479), section 4.3; Application Note 386, interrupts.
 */

#include "../bare/uart.h"

#include <stddef.h>

#include "interrupts.h"

struct registers {
	volatile uint32_t data, state, control, interrupt, divider;
};

enum {
	STATE_SEND_FULL = 1,
	STATE_RECEIVED = 2,
	CONTROL_SEND = 1,
	CONTROL_RECEIVE = 2,
	CONTROL_RECEIVE_INTERRUPT = 8,
	INTERRUPT_RECEIVED = 2,
};

/* 25 MHz; the radio's line has 1 Mb/s. */
#define DIVIDER 25u
/* A line that takes nothing for so long has nobody at its other end. */
#define PATIENCE 1000000u

#define NVIC_ENABLE (*(volatile uint32_t *)0xe000e100u)

/* A Spinel frame, or a datagram, comes while the kernel is busy with the last. */
#define RING_BYTES 512u
/* Nobody drives the powerline modem. */
#define IDLE_RING_BYTES 16u

struct ring {
	volatile uint16_t head, tail;
	uint8_t *const bytes;
	const uint16_t length;
};

static struct registers *const uarts[UART_COUNT] = {
	(struct registers *)0x40004000u,
	(struct registers *)0x40005000u,
	(struct registers *)0x40006000u,
};
static uint8_t radio[RING_BYTES], wan[RING_BYTES], plc[IDLE_RING_BYTES];
static struct ring rings[UART_COUNT] = {
	{.bytes = radio, .length = sizeof radio},
	{.bytes = wan, .length = sizeof wan},
	{.bytes = plc, .length = sizeof plc},
};

void uart_start(void)
{
	for (unsigned i = 0; i < UART_COUNT; i++) {
		uarts[i]->divider = DIVIDER;
		uarts[i]->control = CONTROL_SEND | CONTROL_RECEIVE | CONTROL_RECEIVE_INTERRUPT;
		NVIC_ENABLE = 1u << INTERRUPT_UART_RECEIVED(i);
	}
}

/* A full ring stops it, and the byte stays in the UART until there is room. */
static void receive(unsigned uart)
{
	struct registers *const registers = uarts[uart];
	struct ring *const ring = &rings[uart];

	registers->interrupt = INTERRUPT_RECEIVED;
	while ((registers->state & STATE_RECEIVED) != 0) {
		const uint16_t next = (uint16_t)((ring->head + 1) % ring->length);

		if (next == ring->tail) {
			registers->control = CONTROL_SEND | CONTROL_RECEIVE;
			return;
		}
		ring->bytes[ring->head] = (uint8_t)registers->data;
		ring->head = next;
		registers->interrupt = INTERRUPT_RECEIVED;
	}
}

void interrupt_radio(void)
{
	receive(UART_RADIO);
}

void interrupt_wan(void)
{
	receive(UART_WAN);
}

void interrupt_plc(void)
{
	receive(UART_PLC);
}

/* After a full ring: what the UART has kept is taken as an interrupt would. */
static void go_on(unsigned uart)
{
	if ((uarts[uart]->control & CONTROL_RECEIVE_INTERRUPT) != 0)
		return;
	receive(uart);
	uarts[uart]->control = CONTROL_SEND | CONTROL_RECEIVE | CONTROL_RECEIVE_INTERRUPT;
}

unsigned uart_read(unsigned uart, uint8_t *bytes, unsigned room)
{
	struct ring *const ring = &rings[uart];
	unsigned count = 0;

	while (count < room && ring->tail != ring->head) {
		bytes[count++] = ring->bytes[ring->tail];
		ring->tail = (uint16_t)((ring->tail + 1) % ring->length);
	}
	if (count > 0)
		go_on(uart);
	return count;
}

void uart_write(unsigned uart, uint8_t byte)
{
	for (unsigned tries = 0; tries < PATIENCE; tries++) {
		if ((uarts[uart]->state & STATE_SEND_FULL) == 0) {
			uarts[uart]->data = byte;
			return;
		}
	}
}
