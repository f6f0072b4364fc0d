#define _DEFAULT_SOURCE

#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#define SEE "; see heddle --help"

static const char help[] =
	"Usage: heddle --radio <path> --wan <udp://host:port> --state <dir> [options]\n"
	"\n"
	"The hub: joins the meters of a home, over an 802.15.4 radio that speaks Spinel, to the\n"
	"energy companies.\n"
	"\n"
	"  --radio <path>         its serial device (or a Unix socket)\n"
	"  --baud <n>             of that device, default 115200\n"
	"  --flow-control         with RTS and CTS\n"
	"  --wan <udp://host:port>  the head-end\n"
	"  --state <dir>          its flash, as npx heddle hub --prepare has made it\n"
	"  --json                 print events as JSON lines\n"
	"\n"
	"Example:\n"
	"  heddle --radio /dev/ttyACM0 --wan udp://192.0.2.10:5683 --state /var/lib/heddle\n"
	"\n"
	"Without any argument it is a board on the bench of the simulator.\n"
	"Exit codes: 0 ended by a signal, 2 a bad argument, device or file.\n";

static speed_t speed_of(const char *text)
{
	static const struct {
		const char *text;
		speed_t speed;
	} known[] = {
		{"9600", B9600},     {"19200", B19200},   {"38400", B38400},   {"57600", B57600},
		{"115200", B115200}, {"230400", B230400}, {"460800", B460800}, {"500000", B500000},
		{"576000", B576000}, {"921600", B921600}, {"1000000", B1000000},
		{"2000000", B2000000},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(text, known[i].text) == 0)
			return known[i].speed;
	}
	fail("--baud must be a speed of serial lines, as 115200 or 460800, not \"%s\"" SEE, text);
}

/* The word behind option number `at`. */
static const char *value(int count, char **words, int at)
{
	if (at + 1 >= count || strncmp(words[at + 1], "--", 2) == 0)
		fail("%s needs a value" SEE, words[at]);
	return words[at + 1];
}

static bool take_flag(struct arguments *arguments, const char *word)
{
	if (strcmp(word, "--json") == 0)
		arguments->json = true;
	else if (strcmp(word, "--flow-control") == 0)
		arguments->flow_control = true;
	else
		return false;
	return true;
}

static void take(struct arguments *arguments, const char *word, const char *text)
{
	if (strcmp(word, "--radio") == 0)
		arguments->radio = text;
	else if (strcmp(word, "--baud") == 0)
		arguments->speed = speed_of(text);
	else if (strcmp(word, "--wan") == 0)
		arguments->wan = text;
	else if (strcmp(word, "--state") == 0)
		arguments->state = text;
	else
		fail("unknown option \"%s\"" SEE, word);
}

void arguments_read(struct arguments *arguments, int count, char **words)
{
	*arguments = (struct arguments){.speed = B115200};
	for (int i = 1; i < count; i++) {
		if (strcmp(words[i], "--help") == 0) {
			fputs(help, stdout);
			exit(0);
		}
		if (take_flag(arguments, words[i]))
			continue;
		if (strncmp(words[i], "--", 2) != 0)
			fail("\"%s\" is no option" SEE, words[i]);
		take(arguments, words[i], value(count, words, i));
		i++;
	}
	if (arguments->radio == NULL)
		fail("--radio is missing" SEE);
	if (arguments->wan == NULL)
		fail("--wan is missing" SEE);
	if (arguments->state == NULL)
		fail("--state is missing" SEE);
}
