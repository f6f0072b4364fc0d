/* The bench link of the native program: its standard input and output. */

#include <errno.h>
#include <unistd.h>

#include "../bench/instructions.h"
#include "../bench/line.h"

unsigned line_read(uint8_t *bytes, unsigned room)
{
	for (;;) {
		ssize_t count = read(STDIN_FILENO, bytes, room);

		if (count > 0)
			return (unsigned)count;
		if (count == 0)
			line_stop(0); /* The bench has let go: that is the power switch. */
		if (errno != EINTR)
			line_stop(2);
	}
}

void line_write(const uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		ssize_t count = write(STDOUT_FILENO, bytes, length);

		if (count < 0 && errno != EINTR)
			line_stop(2);
		if (count > 0) {
			bytes += count;
			length -= (unsigned)count;
		}
	}
}

_Noreturn void line_stop(int status)
{
	_exit(status);
}

uint64_t instructions_done(void)
{
	return 0;
}
