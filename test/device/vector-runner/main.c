/* Runs requests against the C crypto provider and codecs, so that one test serves every target. */

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "crypto.h"
#include "verbs.h"

static const struct {
	const char *name;
	verb *run;
} verbs[] = {
	{ "aes", verb_aes },
	{ "seal", verb_seal },
	{ "open", verb_open },
	{ "sha256", verb_sha256 },
	{ "hmac", verb_hmac },
	{ "memory", verb_memory },
	{ "sign", verb_sign },
	{ "verify", verb_verify },
	{ "agree", verb_agree },
	{ "public", verb_public },
	{ "drop", verb_drop },
	{ "crc16", verb_crc16 },
	{ "hdlc-put", verb_hdlc_put },
	{ "hdlc-push", verb_hdlc_push },
};

static void serve(struct request *request);

int main(void)
{
	static char line[REQUEST_LINE_MAX];
	struct request request;

	if (!console_open())
		return 1;
	crypto_start();
	while (console_line(line, sizeof line)) {
		request_read(&request, line);
		serve(&request);
		console_text("\n");
	}
	console_end(NULL);
}

/* All that the provider needs of a board. */
_Noreturn void board_panic(const char *what)
{
	console_end(what);
}

static void serve(struct request *request)
{
	for (unsigned i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].name, request->verb) == 0) {
			verbs[i].run(request);
			return;
		}
	}
	console_end("no such verb");
}
