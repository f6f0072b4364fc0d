/* Frames of the bench link: put, get, and how they go over the stream. */

#include "frame.h"

#include <string.h>

#include "../kernel/board.h"
#include "stream.h"

#define HEADER_LENGTH 3u

static void ask_room(const struct frame *frame, unsigned length)
{
	if (length > BENCH_BODY_MAX - frame->at)
		board_panic("a frame for the bench is too long");
}

void frame_begin(struct frame *frame, unsigned kind)
{
	frame->kind = (uint8_t)kind;
	frame->length = 0;
	frame->at = 0;
}

void frame_put_bytes(struct frame *frame, const uint8_t *bytes, unsigned length)
{
	ask_room(frame, length);
	if (length > 0)
		memcpy(frame->body + frame->at, bytes, length);
	frame->at = (uint16_t)(frame->at + length);
}

void frame_put8(struct frame *frame, unsigned value)
{
	const uint8_t bytes[1] = {(uint8_t)value};

	frame_put_bytes(frame, bytes, 1);
}

void frame_put16(struct frame *frame, unsigned value)
{
	frame_put8(frame, value & 0xffu);
	frame_put8(frame, value >> 8);
}

void frame_put32(struct frame *frame, uint32_t value)
{
	frame_put16(frame, value & 0xffffu);
	frame_put16(frame, value >> 16);
}

/* Every board of ours is little-endian, and so are its doubles. */
void frame_put_double(struct frame *frame, double value)
{
	uint8_t bytes[sizeof value];

	memcpy(bytes, &value, sizeof value);
	frame_put_bytes(frame, bytes, sizeof bytes);
}

void frame_put_text(struct frame *frame, const char *text)
{
	size_t length = strlen(text);
	size_t room = BENCH_BODY_MAX - frame->at;

	frame_put_bytes(frame, (const uint8_t *)text, (unsigned)(length < room ? length : room));
}

void frame_send(struct frame *frame)
{
	const uint8_t header[HEADER_LENGTH] = {
		(uint8_t)(frame->at & 0xffu),
		(uint8_t)(frame->at >> 8),
		frame->kind,
	};

	stream_write(header, HEADER_LENGTH);
	stream_write(frame->body, frame->at);
}

void frame_receive(struct frame *frame)
{
	uint8_t header[HEADER_LENGTH];
	unsigned length;

	stream_flush();
	stream_read(header, HEADER_LENGTH);
	length = header[0] | (unsigned)header[1] << 8;
	if (length > BENCH_BODY_MAX)
		board_panic("a frame of the bench is too long");
	frame->kind = header[2];
	frame->length = (uint16_t)length;
	frame->at = 0;
	stream_read(frame->body, length);
}

void frame_get_bytes(struct frame *frame, uint8_t *bytes, unsigned length)
{
	if (length > frame_rest_length(frame))
		board_panic("a frame of the bench is too short");
	memcpy(bytes, frame->body + frame->at, length);
	frame->at = (uint16_t)(frame->at + length);
}

unsigned frame_get8(struct frame *frame)
{
	uint8_t byte;

	frame_get_bytes(frame, &byte, 1);
	return byte;
}

double frame_get_double(struct frame *frame)
{
	double value;
	uint8_t bytes[sizeof value];

	frame_get_bytes(frame, bytes, sizeof bytes);
	memcpy(&value, bytes, sizeof value);
	return value;
}

const uint8_t *frame_rest(const struct frame *frame)
{
	return frame->body + frame->at;
}

unsigned frame_rest_length(const struct frame *frame)
{
	return (unsigned)(frame->length - frame->at);
}
