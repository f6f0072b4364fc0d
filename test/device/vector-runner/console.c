#include "console.h"

#include <string.h>

#include "host-file.h"

static char read_ahead[4096];
static unsigned read_at, read_end;
static char held[4096];
static unsigned held_length;

static void put(const char *text, unsigned length);

bool console_open(void)
{
	return host_file_open();
}

bool console_line(char *line, unsigned room)
{
	unsigned length = 0;

	for (;;) {
		if (read_at == read_end) {
			read_at = 0;
			read_end = host_file_read(read_ahead, sizeof read_ahead);
		}
		if (read_end == 0)
			return false;
		char one = read_ahead[read_at++];

		if (one == '\n')
			break;
		if (length + 1 == room)
			console_end("a line is too long");
		line[length++] = one;
	}
	line[length] = '\0';
	return true;
}

void console_text(const char *text)
{
	put(text, (unsigned)strlen(text));
}

void console_number(uint64_t number)
{
	char digits[20];
	unsigned at = sizeof digits;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put(digits + at, sizeof digits - at);
}

void console_hex(const uint8_t *bytes, unsigned length)
{
	static const char digit[] = "0123456789abcdef";

	/* An empty field would be none. */
	if (length == 0)
		put("-", 1);
	for (unsigned i = 0; i < length; i++) {
		char pair[2] = { digit[bytes[i] >> 4], digit[bytes[i] & 0xf] };

		put(pair, 2);
	}
}

_Noreturn void console_end(const char *failure)
{
	if (failure != NULL) {
		console_text("runner: ");
		console_text(failure);
		console_text("\n");
	}
	host_file_write(held, held_length);
	host_file_exit(failure == NULL ? 0 : 1);
}

static void put(const char *text, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		if (held_length == sizeof held) {
			host_file_write(held, held_length);
			held_length = 0;
		}
		held[held_length++] = text[i];
	}
}
