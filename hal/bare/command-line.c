#include "command-line.h"

#include <string.h>

#include "semihost.h"

#define LINE_LENGTH 192u

static char line[LINE_LENGTH];

/* Ends the word at `start`, and answers where the next one begins. */
static char *end_word(char *start)
{
	char *end = strchr(start, ' ');

	if (end == NULL)
		return start + strlen(start);
	*end = '\0';
	return end + 1;
}

struct command_line command_line_read(void)
{
	const uintptr_t block[] = {(uintptr_t)line, sizeof line - 1};
	struct command_line read = {.live = false, .flash = "", .peer = ""};

	if (semihost(SEMIHOST_GET_COMMAND_LINE, (uintptr_t)block) != 0)
		return read;
	char *const flash = end_word(line);
	char *const peer = end_word(flash);
	end_word(peer);
	read.live = strcmp(line, "live") == 0;
	read.flash = flash;
	read.peer = peer;
	return read;
}
