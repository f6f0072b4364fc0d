#include "wan-line.h"

#include "../hdlc/hdlc.h"
#include "../live/port.h"
#include "uart.h"

#define LINK_LENGTH 1u
#define CHUNK_BYTES 64u

static struct hdlc_decoder decoder;
static uint8_t frame[LINK_LENGTH + PORT_DATAGRAM_MAX + CRC16_LENGTH];
/* The link that the decoder's frame waits for; LINK_COUNT: there is none. */
static unsigned waiting = LINK_COUNT;
static uint8_t chunk[CHUNK_BYTES];
static unsigned chunk_at, chunk_end;

void wan_line_start(void)
{
	hdlc_start(&decoder, frame, sizeof frame);
}

static void put_escaped(uint8_t byte)
{
	switch (byte) {
	case HDLC_FLAG:
	case HDLC_ESCAPE:
	case HDLC_XON:
	case HDLC_XOFF:
	case HDLC_SPECIAL:
		uart_write(UART_WAN, HDLC_ESCAPE);
		byte ^= HDLC_FLIP;
		break;
	default:
		break;
	}
	uart_write(UART_WAN, byte);
}

/* As hdlc_put, without room for the whole of a long frame. */
void port_link_send(unsigned link, const uint8_t *datagram, unsigned length)
{
	uint16_t crc = crc16_step(CRC16_START, (uint8_t)link);

	uart_write(UART_WAN, HDLC_FLAG);
	put_escaped((uint8_t)link);
	for (unsigned i = 0; i < length; i++) {
		put_escaped(datagram[i]);
		crc = crc16_step(crc, datagram[i]);
	}
	crc ^= CRC16_COMPLEMENT;
	put_escaped((uint8_t)(crc & 0xff));
	put_escaped((uint8_t)(crc >> 8));
	uart_write(UART_WAN, HDLC_FLAG);
}

/* Until a datagram is whole, or nothing is left. */
static void take(void)
{
	while (waiting == LINK_COUNT) {
		if (chunk_at == chunk_end) {
			chunk_at = 0;
			chunk_end = uart_read(UART_WAN, chunk, sizeof chunk);
			if (chunk_end == 0)
				return;
		}
		if (hdlc_push(&decoder, chunk[chunk_at++]) == HDLC_FRAME &&
		    decoder.length > LINK_LENGTH + BOARD_ADDRESS_LENGTH && frame[0] < LINK_COUNT)
			waiting = frame[0];
	}
}

const uint8_t *port_link_receive(unsigned link, unsigned *length)
{
	take();
	*length = waiting == link ? decoder.length - LINK_LENGTH : 0;
	if (waiting == link)
		waiting = LINK_COUNT;
	return frame + LINK_LENGTH;
}
