/* board.h over hardware of the board's own (port.h), and the loop that brings its input. */

#include "live.h"

#include <stdbool.h>

#include "../kernel/kernel.h"
#include "../kernel/party.h"
#include "../kernel/sent.h"
#include "console.h"
#include "flash-chip.h"
#include "port.h"
#include "radio-line.h"
#include "side.h"
#include "wall-clock.h"
#include "watch.h"

static unsigned send(unsigned party, const uint8_t *bytes, unsigned length)
{
	switch (party) {
	case PARTY_RADIO:
		return radio_line_send(bytes, length);
	case PARTY_MANAGEMENT_LINK:
	case PARTY_APPLICATION_LINK:
		if (length > BOARD_ADDRESS_LENGTH && length <= PORT_DATAGRAM_MAX) {
			watch_datagram(1);
			port_link_send(party - PARTY_MANAGEMENT_LINK, bytes, length);
		}
		return SENT_OK;
	default:
		/* This board has no such line. */
		return SENT_REFUSED;
	}
}

static unsigned device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length)
{
	if (verb == DEVICE_SEND)
		return send(party, bytes, length);
	if (verb == DEVICE_RESET && party == PARTY_RADIO)
		radio_line_reset();
	else if (verb == DEVICE_SET && party == PARTY_WALL_CLOCK)
		wall_clock_set(bytes, length);
	else if (verb == DEVICE_READ && party == PARTY_POWER)
		return port_mains_present();
	else if (verb == DEVICE_READ && party == PARTY_TAMPER)
		return 0;
	return SENT_OK;
}

static void peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	(void)party;
	port_peer(address);
}

static void panic(const char *what)
{
	console_begin("panic");
	console_text("what", what);
	console_end();
	port_restart();
}

const struct side live_side = {
	.device = device,
	.flash = flash_chip_submit,
	.entropy = port_entropy,
	.peer = peer,
	.utc_ms = wall_clock_utc_ms,
	.utc_quality = wall_clock_quality,
	.feed_watchdog = port_feed_watchdog,
	.panic = panic,
	.delivered = watch_delivered,
	.refused = watch_refused,
	.faulted = watch_faulted,
	.restarted = watch_restarted,
	.held = watch_held,
};

/* One for each link in a turn: what finds no room at the kernel is lost, and sent again. */
static void poll_links(double now)
{
	for (unsigned link = 0; link < LINK_COUNT; link++) {
		unsigned length;
		const uint8_t *const datagram = port_link_receive(link, &length);

		if (length > 0) {
			watch_datagram(0);
			kernel_deliver(now, PARTY_MANAGEMENT_LINK + link, datagram, length);
		}
	}
}

static void turn(void)
{
	const double now = port_now();

	radio_line_poll(now);
	poll_links(now);
	flash_chip_poll(now);
	watch_poll(now);
	const bool busy = kernel_run(now) || flash_chip_busy();
	/* With work left it waits for nothing, but sees to its lines. */
	port_wait(busy ? now : kernel_due_at());
}

void live_serve(void)
{
	side_choose(&live_side);
	wall_clock_start();
	flash_chip_start();
	radio_line_start();
	console_begin("started");
	console_end();
	kernel_start(port_now());
	while (!port_ended())
		turn();
	watch_status();
	console_begin("ended");
	console_end();
}
