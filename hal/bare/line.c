/*
 * The bench link in an emulator: its own standard input and output, a block at a time. A UART there
 * costs a turn of the emulator's main loop for each byte, which is a hundred times slower.
 */

#include "../bench/line.h"

#include "semihost.h"

/* The name of the console, and how it is opened. Semihosting, SYS_OPEN. */
static const char console[] = ":tt";
enum { OPEN_READ = 0, OPEN_WRITE = 4 };

/* SYS_EXIT's reasons. */
#define STOPPED_WELL 0x20026u
#define STOPPED_ILL 0x20024u

static uintptr_t open_console(uintptr_t mode)
{
	const uintptr_t block[] = {(uintptr_t)console, mode, sizeof console - 1};

	return semihost(SEMIHOST_OPEN, (uintptr_t)block);
}

unsigned line_read(uint8_t *bytes, unsigned room)
{
	static uintptr_t input;
	static uint8_t opened;

	if (!opened) {
		input = open_console(OPEN_READ);
		opened = 1;
	}
	const uintptr_t block[] = {input, (uintptr_t)bytes, room};
	uintptr_t left = semihost(SEMIHOST_READ, (uintptr_t)block);

	/* Nothing was read: the bench has let go, and that is the power switch. */
	if (left >= room)
		line_stop(0);
	return room - (unsigned)left;
}

void line_write(const uint8_t *bytes, unsigned length)
{
	static uintptr_t output;
	static uint8_t opened;

	if (!opened) {
		output = open_console(OPEN_WRITE);
		opened = 1;
	}
	while (length > 0) {
		const uintptr_t block[] = {output, (uintptr_t)bytes, length};
		uintptr_t left = semihost(SEMIHOST_WRITE, (uintptr_t)block);

		if (left > length)
			line_stop(1);
		bytes += length - left;
		length = (unsigned)left;
	}
}

_Noreturn void line_stop(int status)
{
	for (;;)
		semihost(SEMIHOST_EXIT, status == 0 ? STOPPED_WELL : STOPPED_ILL);
}
