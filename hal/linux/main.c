/* The hub as a native program on the bench: standard input and output are the bench link. */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../bench/line.h"
#include "../bench/serve.h"
#include "../crypto/crypto.h"

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

int main(void)
{
	crypto_start();
	bench_serve();
}
