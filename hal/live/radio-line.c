#include "radio-line.h"

#include <stdbool.h>

#include "../hdlc/hdlc.h"
#include "../kernel/kernel.h"
#include "../kernel/party.h"
#include "../kernel/sent.h"
#include "port.h"

/* hal/radio.ts. */
#define FRAME_MAX 320u
/* Read at once. */
#define CHUNK_BYTES 64u
/* Of one poll: a line that never stops must not keep the kernel from its work. */
#define CHUNKS_MAX 32u

/* Spinel: header of interface 0 without a transaction, CMD_RESET, of the stack. */
static const uint8_t reset_frame[] = {0x80, 0x01, 0x02};

struct radio_line_counts radio_line_counts;

static struct hdlc_decoder decoder;
static uint8_t frame[FRAME_MAX + CRC16_LENGTH];
static uint8_t encoded[HDLC_MAX_LENGTH(FRAME_MAX)];
static uint8_t chunk[CHUNK_BYTES];
static unsigned chunk_at, chunk_end, openings;
/* The kernel had no room for the decoder's frame. */
static bool waiting;

static void forget(void)
{
	hdlc_reset(&decoder);
	chunk_at = chunk_end = 0;
	waiting = false;
}

void radio_line_start(void)
{
	hdlc_start(&decoder, frame, sizeof frame);
	openings = port_radio_openings();
	forget();
}

/* False: the frame stays where it is. */
static bool hand_over(double now)
{
	waiting = kernel_deliver(now, PARTY_RADIO, decoder.frame, decoder.length) == SENT_FULL;
	return !waiting;
}

static bool take(double now, uint8_t byte)
{
	switch (hdlc_push(&decoder, byte)) {
	case HDLC_NOTHING:
		return true;
	case HDLC_FRAME:
		radio_line_counts.frames_in++;
		return hand_over(now);
	default:
		radio_line_counts.damaged++;
		return true;
	}
}

void radio_line_poll(double now)
{
	if (openings != port_radio_openings())
		radio_line_start();
	if (waiting && !hand_over(now))
		return;
	for (unsigned chunks = 0; chunks < CHUNKS_MAX; chunks++) {
		while (chunk_at < chunk_end) {
			if (!take(now, chunk[chunk_at++]))
				return;
		}
		chunk_at = 0;
		chunk_end = port_radio_read(chunk, sizeof chunk);
		if (chunk_end == 0)
			return;
	}
}

unsigned radio_line_send(const uint8_t *bytes, unsigned length)
{
	if (length > FRAME_MAX)
		return SENT_REFUSED;
	if (!port_radio_write(encoded, hdlc_put(encoded, bytes, length)))
		return SENT_FULL;
	radio_line_counts.frames_out++;
	return SENT_OK;
}

void radio_line_reset(void)
{
	radio_line_send(reset_frame, sizeof reset_frame);
}
