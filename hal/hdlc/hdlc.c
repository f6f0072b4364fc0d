#include "hdlc.h"

static uint8_t *put_escaped(uint8_t *at, uint8_t byte);
static enum hdlc_pushed judge(const struct hdlc_decoder *decoder);

unsigned hdlc_put(uint8_t *out, const uint8_t *bytes, unsigned length)
{
	uint16_t crc = crc16(bytes, length);
	uint8_t *at = out;

	*at++ = HDLC_FLAG;
	for (unsigned i = 0; i < length; i++)
		at = put_escaped(at, bytes[i]);
	at = put_escaped(at, (uint8_t)(crc & 0xff));
	at = put_escaped(at, (uint8_t)(crc >> 8));
	*at++ = HDLC_FLAG;
	return (unsigned)(at - out);
}

void hdlc_start(struct hdlc_decoder *decoder, uint8_t *buffer, unsigned capacity)
{
	decoder->frame = buffer;
	decoder->capacity = capacity;
	decoder->length = 0;
	hdlc_reset(decoder);
}

enum hdlc_pushed hdlc_push(struct hdlc_decoder *decoder, uint8_t byte)
{
	if (byte == HDLC_FLAG) {
		enum hdlc_pushed code = judge(decoder);

		decoder->length = code == HDLC_FRAME ? decoder->filled - CRC16_LENGTH : 0;
		hdlc_reset(decoder);
		return code;
	}
	if (byte == HDLC_ESCAPE) {
		decoder->escaped = true;
		return HDLC_NOTHING;
	}
	if (decoder->escaped)
		byte ^= HDLC_FLIP;
	decoder->escaped = false;
	if (decoder->filled == decoder->capacity) {
		decoder->overrun = true;
		return HDLC_NOTHING;
	}
	decoder->frame[decoder->filled++] = byte;
	decoder->crc = crc16_step(decoder->crc, byte);
	return HDLC_NOTHING;
}

void hdlc_reset(struct hdlc_decoder *decoder)
{
	decoder->filled = 0;
	decoder->crc = CRC16_START;
	decoder->escaped = false;
	decoder->overrun = false;
}

static enum hdlc_pushed judge(const struct hdlc_decoder *decoder)
{
	/* Two flags in a row are one flag: an empty frame is none. */
	if (decoder->filled == 0 && !decoder->escaped && !decoder->overrun)
		return HDLC_NOTHING;
	if (decoder->overrun)
		return HDLC_TOO_LONG;
	if (decoder->escaped || decoder->filled < CRC16_LENGTH)
		return HDLC_TRUNCATED;
	return decoder->crc == CRC16_GOOD ? HDLC_FRAME : HDLC_DAMAGED;
}

static uint8_t *put_escaped(uint8_t *at, uint8_t byte)
{
	switch (byte) {
	case HDLC_FLAG:
	case HDLC_ESCAPE:
	case HDLC_XON:
	case HDLC_XOFF:
	case HDLC_SPECIAL:
		*at++ = HDLC_ESCAPE;
		*at++ = byte ^ HDLC_FLIP;
		return at;
	default:
		*at++ = byte;
		return at;
	}
}
