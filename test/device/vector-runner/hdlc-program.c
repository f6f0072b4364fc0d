/* The runner of hal/hdlc. */

#include <stddef.h>

#include "console.h"
#include "hdlc.h"
#include "instructions.h"
#include "program.h"

enum { FRAME_MAX = 4096 };

static verb verb_crc16, verb_put, verb_push;

const struct program_verb program_verbs[] = {
	{ "crc16", verb_crc16 },
	{ "put", verb_put },
	{ "push", verb_push },
	{ NULL, NULL },
};

void program_start(void)
{
}

/* BYTES */
static void verb_crc16(struct request *request)
{
	struct field bytes = request_bytes(request, 0, 0);
	uint64_t since = instructions();
	uint16_t crc = crc16(bytes.bytes, bytes.length);

	console_number(instructions() - since);
	console_text(" ");
	console_number(crc);
}

/* BYTES */
static void verb_put(struct request *request)
{
	static uint8_t out[HDLC_MAX_LENGTH(FRAME_MAX)];
	struct field bytes = request_bytes(request, 0, 0);

	if (bytes.length > FRAME_MAX)
		console_end("a frame is too long");
	uint64_t since = instructions();
	unsigned length = hdlc_put(out, bytes.bytes, bytes.length);

	console_number(instructions() - since);
	console_text(" ");
	console_hex(out, length);
}

/* CAPACITY BYTES: what each byte did that did something, as a code and the frame. */
static void verb_push(struct request *request)
{
	static uint8_t frame[FRAME_MAX];
	unsigned capacity = request_number(request, 0);
	struct field bytes = request_bytes(request, 1, 0);
	struct hdlc_decoder decoder;

	if (capacity > FRAME_MAX)
		console_end("the capacity is too large");
	hdlc_start(&decoder, frame, capacity);
	uint64_t since = instructions();

	for (unsigned i = 0; i < bytes.length; i++)
		(void)hdlc_push(&decoder, bytes.bytes[i]);
	console_number(instructions() - since);
	hdlc_start(&decoder, frame, capacity);
	for (unsigned i = 0; i < bytes.length; i++) {
		enum hdlc_pushed code = hdlc_push(&decoder, bytes.bytes[i]);

		if (code == HDLC_NOTHING)
			continue;
		console_text(" ");
		console_number(code);
		console_text(":");
		console_hex(decoder.frame, decoder.length);
	}
}
