/* The line to the bench with a buffer each way, so that a frame costs few transfers. */

#include "stream.h"

#include <string.h>

#include "line.h"

/* Most calls and answers fit; a longer one takes a few transfers more. */
#define BUFFER_BYTES 256u

static uint8_t kept[BUFFER_BYTES], ahead[BUFFER_BYTES];
static unsigned kept_length, ahead_start, ahead_end;

void stream_flush(void)
{
	if (kept_length > 0)
		line_write(kept, kept_length);
	kept_length = 0;
}

void stream_write(const uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		unsigned room = BUFFER_BYTES - kept_length;
		unsigned part = length < room ? length : room;

		memcpy(kept + kept_length, bytes, part);
		kept_length += part;
		bytes += part;
		length -= part;
		if (kept_length == BUFFER_BYTES)
			stream_flush();
	}
}

void stream_read(uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		unsigned have = ahead_end - ahead_start;
		unsigned part = length < have ? length : have;

		memcpy(bytes, ahead + ahead_start, part);
		ahead_start += part;
		bytes += part;
		length -= part;
		if (length == 0)
			return;
		ahead_start = 0;
		ahead_end = line_read(ahead, BUFFER_BYTES);
	}
}
