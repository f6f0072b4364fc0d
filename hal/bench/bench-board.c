/* board.h over the bench link: every device, the flash and chance are asked of the bench. */

#include "bench-board.h"

#include <string.h>

#include "../kernel/party.h"
#include "../kernel/sent.h"
#include "../live/side.h"
#include "account.h"
#include "line.h"
#include "stream.h"

struct frame bench_words;
static double utc_ms;
static unsigned utc_quality;
static uint8_t management_peer[BOARD_ADDRESS_LENGTH], application_peer[BOARD_ADDRESS_LENGTH];
static bool trace;

void bench_take_clock(struct frame *frame)
{
	utc_ms = frame_get_double(frame);
	utc_quality = frame_get8(frame);
}

void bench_take_peers(struct frame *frame)
{
	frame_get_bytes(frame, management_peer, sizeof management_peer);
	frame_get_bytes(frame, application_peer, sizeof application_peer);
}

void bench_set_trace(bool on)
{
	trace = on;
}

bool bench_trace(void)
{
	return trace;
}

static void ask(unsigned kind_of_answer)
{
	frame_send(&bench_words);
	frame_receive(&bench_words);
	if (bench_words.kind != kind_of_answer)
		board_panic("the bench answered something else");
}

static void begin(unsigned kind)
{
	account_pause();
	frame_begin(&bench_words, kind);
}

static unsigned ask_result(void)
{
	unsigned answer;

	ask(BENCH_RESULT);
	answer = frame_get8(&bench_words);
	bench_take_clock(&bench_words);
	account_resume();
	return answer;
}

static unsigned device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length)
{
	begin(BENCH_DEVICE);
	frame_put8(&bench_words, party);
	frame_put8(&bench_words, verb);
	frame_put_bytes(&bench_words, bytes, length);
	return ask_result();
}

static unsigned flash(unsigned region, unsigned operation, uint32_t offset, const uint8_t *bytes,
		      unsigned length)
{
	begin(BENCH_FLASH);
	frame_put8(&bench_words, region);
	frame_put8(&bench_words, operation);
	frame_put32(&bench_words, offset);
	frame_put16(&bench_words, length);
	if (operation == FLASH_WRITE)
		frame_put_bytes(&bench_words, bytes, length);
	return ask_result();
}

static void entropy(uint8_t *bytes, unsigned length)
{
	begin(BENCH_ENTROPY);
	frame_put16(&bench_words, length);
	ask(BENCH_BYTES);
	frame_get_bytes(&bench_words, bytes, length);
	account_resume();
}

static void peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	const uint8_t *peer = party == PARTY_MANAGEMENT_LINK ? management_peer : application_peer;

	memcpy(address, peer, BOARD_ADDRESS_LENGTH);
}

static double get_utc_ms(void)
{
	return utc_ms;
}

static unsigned get_utc_quality(void)
{
	return utc_quality;
}

/* The bench sees a turn's end by BENCH_DONE, and gives up on a board that stays silent. */
static void feed_watchdog(void)
{
}

static void panic(const char *what)
{
	static bool panicking;

	/* What is wrong may be the way to tell it. */
	if (!panicking) {
		panicking = true;
		frame_begin(&bench_words, BENCH_PANIC);
		frame_put_text(&bench_words, what);
		frame_send(&bench_words);
		stream_flush();
	}
	line_stop(1);
}

const struct side bench_side = {
	.device = device,
	.flash = flash,
	.entropy = entropy,
	.peer = peer,
	.utc_ms = get_utc_ms,
	.utc_quality = get_utc_quality,
	.feed_watchdog = feed_watchdog,
	.panic = panic,
	.delivered = bench_delivered,
	.refused = bench_refused,
	.faulted = bench_faulted,
	.restarted = bench_restarted,
	.held = bench_held,
};
