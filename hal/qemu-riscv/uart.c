/*
 * The UARTs of virt, polled: the one of the board for the radio, and two on its PCI bus. Each keeps
 * 16 bytes, and the emulator more. National Semiconductor PC16550D, section 8; PCI 3.0, 6.1.
 */

#include "../bare/uart.h"

enum { DATA = 0, INTERRUPTS = 1, FIFO = 2, LINE = 3, STATUS = 5 };
enum { FIFO_ON = 7, LINE_8N1 = 3, STATUS_RECEIVED = 1, STATUS_SENT = 0x20 };

#define BOARD_UART 0x10000000u
/* Configuration space, and where I/O ports are in memory. */
#define PCI_CONFIGURATION 0x30000000u
#define PCI_PORTS 0x03000000u
#define PCI_DEVICE_SHIFT 15
/* Registers of a PCI device, in words. */
enum { PCI_COMMAND = 1, PCI_BAR0 = 4 };
#define PCI_COMMAND_IO 1u

/* Where the two get their ports; devices 1 and 2 of the bus. */
#define FIRST_PORT 0x1000u
#define PORTS 8u

/* A line that takes nothing for so long has nobody at its other end. */
#define PATIENCE 1000000u

static volatile uint8_t *registers_of(unsigned uart)
{
	const uintptr_t ports = PCI_PORTS + FIRST_PORT + (uintptr_t)uart * PORTS;

	return (volatile uint8_t *)(uart == UART_RADIO ? (uintptr_t)BOARD_UART : ports);
}

static void start_pci(unsigned uart)
{
	volatile uint32_t *const device =
		(volatile uint32_t *)(PCI_CONFIGURATION + ((uintptr_t)uart << PCI_DEVICE_SHIFT));

	device[PCI_BAR0] = FIRST_PORT + uart * PORTS;
	device[PCI_COMMAND] |= PCI_COMMAND_IO;
}

void uart_start(void)
{
	for (unsigned uart = 0; uart < UART_COUNT; uart++) {
		if (uart != UART_RADIO)
			start_pci(uart);
		volatile uint8_t *const registers = registers_of(uart);
		registers[INTERRUPTS] = 0;
		registers[LINE] = LINE_8N1;
		registers[FIFO] = FIFO_ON;
	}
}

unsigned uart_read(unsigned uart, uint8_t *bytes, unsigned room)
{
	volatile uint8_t *const registers = registers_of(uart);
	unsigned count = 0;

	while (count < room && (registers[STATUS] & STATUS_RECEIVED) != 0)
		bytes[count++] = registers[DATA];
	return count;
}

void uart_write(unsigned uart, uint8_t byte)
{
	volatile uint8_t *const registers = registers_of(uart);

	for (unsigned tries = 0; tries < PATIENCE; tries++) {
		if ((registers[STATUS] & STATUS_SENT) != 0) {
			registers[DATA] = byte;
			return;
		}
	}
}
