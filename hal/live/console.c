#include "console.h"

#include <string.h>

#include "port.h"

#define BUFFER_BYTES 128u

static char buffer[BUFFER_BYTES];
static unsigned used;

static void put(char letter)
{
	if (used == BUFFER_BYTES) {
		port_say(buffer, used);
		used = 0;
	}
	buffer[used++] = letter;
}

static void put_words(const char *text)
{
	while (*text != '\0')
		put(*text++);
}

/* Texts are ours or an engine's: ASCII, but for quotes and whatever a fault may bring. */
static void put_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			put('\\');
		put(*text < ' ' || *text > '~' ? '?' : *text);
	}
}

static void put_number(double value)
{
	char digits[20];
	unsigned at = sizeof digits;
	uint64_t rest = value < 0 ? 0 : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0 && at > 0);
	while (at < sizeof digits)
		put(digits[at++]);
}

static void put_name(const char *name)
{
	put_words(port_says_json() ? ",\"" : "  ");
	put_words(name);
	put_words(port_says_json() ? "\":" : " ");
}

void console_begin(const char *event)
{
	if (port_says_json()) {
		put_words("{\"atMs\":");
		put_number(port_now());
		put_words(",\"event\":\"");
		put_words(event);
		put('"');
		return;
	}
	put_number(port_now() / 1000);
	put_words(" s  ");
	put_words(event);
}

void console_text(const char *name, const char *text)
{
	put_name(name);
	if (port_says_json())
		put('"');
	put_text(text);
	if (port_says_json())
		put('"');
}

void console_number(const char *name, double value)
{
	put_name(name);
	put_number(value);
}

void console_eui64(const char *name, const uint8_t *eui64)
{
	static const char digits[] = "0123456789abcdef";
	char text[17];

	for (unsigned i = 0; i < 8; i++) {
		text[2 * i] = digits[eui64[7 - i] >> 4];
		text[2 * i + 1] = digits[eui64[7 - i] & 0xf];
	}
	text[16] = '\0';
	console_text(name, text);
}

void console_end(void)
{
	put_words(port_says_json() ? "}\n" : "\n");
	port_say(buffer, used);
	used = 0;
}
