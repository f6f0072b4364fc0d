/* The hub as a native program on the bench: standard input and output are the bench link. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bench/serve.h"
#include "../bench/stream.h"

/* What is written stays here until it is flushed, so that a call costs few system calls. */
static uint8_t kept[8192];
static size_t kept_length;
/* What was read ahead of what was asked for. */
static uint8_t ahead[8192];
static size_t ahead_start, ahead_end;

void stream_flush(void)
{
	size_t sent = 0;

	while (sent < kept_length) {
		ssize_t n = write(STDOUT_FILENO, kept + sent, kept_length - sent);

		if (n < 0 && errno != EINTR)
			stream_stop(2);
		if (n > 0)
			sent += (size_t)n;
	}
	kept_length = 0;
}

void stream_write(const uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		size_t room = sizeof kept - kept_length;
		size_t part = length < room ? length : room;

		memcpy(kept + kept_length, bytes, part);
		kept_length += part;
		bytes += part;
		length -= (unsigned)part;
		if (kept_length == sizeof kept)
			stream_flush();
	}
}

static void read_ahead(void)
{
	ssize_t n = read(STDIN_FILENO, ahead, sizeof ahead);

	if (n == 0)
		stream_stop(0); /* The bench has let go: that is the power switch. */
	if (n < 0 && errno != EINTR)
		stream_stop(2);
	ahead_start = 0;
	ahead_end = n > 0 ? (size_t)n : 0;
}

void stream_read(uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		size_t have = ahead_end - ahead_start;
		size_t part = length < have ? length : have;

		memcpy(bytes, ahead + ahead_start, part);
		ahead_start += part;
		bytes += part;
		length -= (unsigned)part;
		if (length > 0)
			read_ahead();
	}
}

_Noreturn void stream_stop(int status)
{
	_exit(status);
}

int main(void)
{
	bench_serve();
}
