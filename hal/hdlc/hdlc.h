/*
 * HDLC-lite, the framing of Spinel on a serial line: flag, escaped bytes, CRC-16/X-25, flag. The
 * same codec as firmware/wire/hdlc.ts, beside the UART. RFC 1662 sections 4 and C.2; OpenThread.
 */
#ifndef HEDDLE_HDLC_H
#define HEDDLE_HDLC_H

#include <stdbool.h>
#include <stdint.h>

#include "crc16.h"

enum hdlc {
	HDLC_FLAG = 0x7e,
	HDLC_ESCAPE = 0x7d,
	HDLC_FLIP = 0x20,
	HDLC_XON = 0x11,
	HDLC_XOFF = 0x13,
	/* Reserved by OpenThread's framing for vendors; always escaped. */
	HDLC_SPECIAL = 0xf8,
};

/* The longest that `length` bytes can become: every byte escaped, the check sequence too. */
#define HDLC_MAX_LENGTH(length) (2u + 2u * ((length) + CRC16_LENGTH))

/* Writes one frame; `out` has HDLC_MAX_LENGTH(length) bytes. Returns how many it wrote. */
unsigned hdlc_put(uint8_t *out, const uint8_t *bytes, unsigned length);

/* What a byte did; the numbers are those of `Parsed` in firmware/wire/parsed.ts. */
enum hdlc_pushed {
	/* A frame is whole. */
	HDLC_FRAME = 0,
	/* A frame ended that was cut short. */
	HDLC_TRUNCATED = 1,
	/* A frame ended that was longer than its buffer. */
	HDLC_TOO_LONG = 2,
	/* Nothing yet. */
	HDLC_NOTHING = 4,
	/* A frame ended whose check sequence is wrong. */
	HDLC_DAMAGED = 5,
};

/* Takes a line's bytes one by one and puts frames together in its owner's buffer. */
struct hdlc_decoder {
	/* The last whole frame, when hdlc_push answered HDLC_FRAME; good until the next one. */
	uint8_t *frame;
	/* Bytes of `frame`, without the check sequence. */
	unsigned length;
	unsigned capacity;
	unsigned filled;
	uint16_t crc;
	bool escaped;
	bool overrun;
};

/* `capacity` bytes at `buffer` hold a frame and its check sequence. */
void hdlc_start(struct hdlc_decoder *decoder, uint8_t *buffer, unsigned capacity);

enum hdlc_pushed hdlc_push(struct hdlc_decoder *decoder, uint8_t byte);

/* Forgets a frame that was under way: the line was cut. */
void hdlc_reset(struct hdlc_decoder *decoder);

#endif
