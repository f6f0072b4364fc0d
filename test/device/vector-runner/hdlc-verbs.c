#include "console.h"
#include "hdlc.h"
#include "instructions.h"
#include "verbs.h"

enum { FRAME_MAX = 4096 };

/* BYTES */
void verb_crc16(struct request *request)
{
	struct field bytes = request_bytes(request, 0, 0);
	uint64_t since = instructions();
	uint16_t crc = crc16(bytes.bytes, bytes.length);

	console_number(instructions() - since);
	console_text(" ");
	console_number(crc);
}

/* BYTES */
void verb_hdlc_put(struct request *request)
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
void verb_hdlc_push(struct request *request)
{
	static uint8_t frame[FRAME_MAX];
	unsigned capacity = request_number(request, 0);
	struct field bytes = request_bytes(request, 1, 0);
	struct hdlc_decoder decoder;
	uint64_t all = 0;

	if (capacity > FRAME_MAX)
		console_end("the capacity is too large");
	hdlc_start(&decoder, frame, capacity);
	console_text("frames");
	for (unsigned i = 0; i < bytes.length; i++) {
		uint64_t since = instructions();
		enum hdlc_pushed code = hdlc_push(&decoder, bytes.bytes[i]);

		all += instructions() - since;
		if (code == HDLC_NOTHING)
			continue;
		console_text(" ");
		console_number(code);
		console_text(":");
		console_hex(decoder.frame, decoder.length);
	}
}
