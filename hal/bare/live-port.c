/*
 * port.h over UARTs and a timer. What the emulated machine has no hardware for, flash and chance,
 * it takes from files of the emulator's machine.
 */

#include "live-port.h"

#include <string.h>

#include "../bench/line.h"
#include "../hdlc/hdlc.h"
#include "../live/live.h"
#include "../live/port.h"
#include "host-file.h"
#include "semihost.h"
#include "timer.h"
#include "uart.h"
#include "wan-line.h"

#define ERASE_PART 128u

static uintptr_t flash, chance;
static uint8_t peer[BOARD_ADDRESS_LENGTH];

static uint8_t digit(char letter)
{
	return (uint8_t)(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

_Noreturn void live_port_serve(const struct command_line *line)
{
	flash = host_file_open(line->flash, HOST_FILE_CHANGE);
	chance = host_file_open("/dev/urandom", HOST_FILE_READ);
	if (strlen(line->peer) == 2 * sizeof peer) {
		for (unsigned i = 0; i < sizeof peer; i++)
			peer[i] = (uint8_t)(digit(line->peer[2 * i]) << 4 |
					    digit(line->peer[2 * i + 1]));
	}
	timer_start();
	uart_start();
	wan_line_start();
	live_serve();
	line_stop(0);
}

double port_now(void)
{
	return timer_now();
}

void port_wait(double until)
{
	uint8_t byte;

	/* Nobody drives the powerline modem: what it says is dropped. */
	while (uart_read(UART_PLC, &byte, 1) > 0)
		;
	if (timer_now() < until)
		timer_sleep();
}

bool port_ended(void)
{
	return false;
}

unsigned port_radio_read(uint8_t *bytes, unsigned room)
{
	return uart_read(UART_RADIO, bytes, room);
}

bool port_radio_write(const uint8_t *bytes, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		uart_write(UART_RADIO, bytes[i]);
	return true;
}

unsigned port_radio_openings(void)
{
	return 1;
}

void port_peer(uint8_t address[BOARD_ADDRESS_LENGTH])
{
	memcpy(address, peer, sizeof peer);
}

bool port_flash_read(uint32_t offset, uint8_t *bytes, unsigned length)
{
	return host_file_read_at(flash, offset, bytes, length);
}

bool port_flash_write(uint32_t offset, const uint8_t *bytes, unsigned length)
{
	return host_file_write_at(flash, offset, bytes, length);
}

bool port_flash_erase(uint32_t offset)
{
	uint8_t erased[ERASE_PART];
	bool good = true;

	memset(erased, 0xff, sizeof erased);
	for (uint32_t at = 0; good && at < FLASH_SECTOR_LENGTH; at += ERASE_PART)
		good = host_file_write_at(flash, offset + at, erased, sizeof erased);
	return good;
}

void port_entropy(uint8_t *bytes, unsigned length)
{
	if (!host_file_read(chance, bytes, length))
		board_panic("the emulator's machine gives no entropy");
}

double port_utc_ms(void)
{
	return (double)semihost(SEMIHOST_TIME, 0) * 1000;
}

bool port_mains_present(void)
{
	return true;
}

void port_feed_watchdog(void)
{
	timer_feed_watchdog();
}

void port_say(const char *text, unsigned length)
{
	line_write((const uint8_t *)text, length);
}

bool port_says_json(void)
{
	return true;
}

/* Whoever started the emulator starts it again. */
_Noreturn void port_restart(void)
{
	line_stop(1);
}
