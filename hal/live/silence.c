#include "silence.h"

#include "console.h"

static void tell(const struct silence *silence)
{
	console_begin(silence->silent ? "silent" : "answers");
	console_text("who", silence->who);
	if (silence->silent)
		console_text("advice", silence->advice);
	console_end();
}

static void heard(struct silence *silence, uint32_t in)
{
	const bool first = silence->heard == 0;

	silence->heard = in;
	silence->asking = false;
	if (first || silence->silent) {
		silence->silent = false;
		tell(silence);
	}
}

void silence_poll(struct silence *silence, double now, uint32_t in, uint32_t out)
{
	if (in != silence->heard)
		heard(silence, in);
	else if (out != silence->said && !silence->asking) {
		silence->asking = true;
		silence->asked_at = now;
	} else if (silence->asking && !silence->silent &&
		   now - silence->asked_at > silence->patience_ms) {
		silence->silent = true;
		tell(silence);
	}
	silence->said = out;
}
