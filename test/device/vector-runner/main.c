/* Runs the requests in the file `in`, so that one test serves every target. */

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "program.h"

static void serve(struct request *request);

int main(void)
{
	static char line[REQUEST_LINE_MAX];
	struct request request;

	if (!console_open())
		return 1;
	program_start();
	while (console_line(line, sizeof line)) {
		request_read(&request, line);
		serve(&request);
		console_text("\n");
	}
	console_end(NULL);
}

static void serve(struct request *request)
{
	for (const struct program_verb *entry = program_verbs; entry->name != NULL; entry++) {
		if (strcmp(entry->name, request->verb) == 0) {
			entry->run(request);
			return;
		}
	}
	console_end("no such verb");
}
