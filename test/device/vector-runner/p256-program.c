/* The runner of hal/crypto/p256.h. */

#include <stddef.h>

#include "board.h"
#include "console.h"
#include "crypto.h"
#include "instructions.h"
#include "memory.h"
#include "p256.h"
#include "program.h"

static verb verb_sign, verb_verify, verb_agree, verb_public, verb_drop, verb_memory;
static void run(unsigned limit, unsigned result_length);
static void seal_between(void);
static p256_entropy entropy;

const struct program_verb program_verbs[] = {
	{ "sign", verb_sign },	   { "verify", verb_verify }, { "agree", verb_agree },
	{ "public", verb_public }, { "drop", verb_drop },     { "memory", verb_memory },
	{ NULL, NULL },
};

void program_start(void)
{
	crypto_start();
}

/* All that the provider needs of a board. */
_Noreturn void board_panic(const char *what)
{
	console_end(what);
}

/* KEY DIGEST LIMIT */
static void verb_sign(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, P256_NUMBER);
	const uint8_t *digest = request_exactly(request, 1, P256_NUMBER);

	if (!crypto_p256_sign(key, digest, entropy))
		console_end("a job is under way");
	run(request_number(request, 2), P256_SIGNATURE);
}

/* POINT DIGEST SIGNATURE LIMIT */
static void verb_verify(struct request *request)
{
	const uint8_t *point = request_exactly(request, 0, P256_PUBLIC);
	const uint8_t *digest = request_exactly(request, 1, P256_NUMBER);
	const uint8_t *signature = request_exactly(request, 2, P256_SIGNATURE);

	if (!crypto_p256_verify(point, digest, signature))
		console_end("a job is under way");
	run(request_number(request, 3), 0);
}

/* KEY POINT LIMIT */
static void verb_agree(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, P256_NUMBER);
	const uint8_t *point = request_exactly(request, 1, P256_PUBLIC);

	if (!crypto_p256_agree(key, point, entropy))
		console_end("a job is under way");
	run(request_number(request, 2), P256_NUMBER);
}

/* KEY LIMIT */
static void verb_public(struct request *request)
{
	if (!crypto_p256_public(request_exactly(request, 0, P256_NUMBER), entropy))
		console_end("a job is under way");
	run(request_number(request, 1), P256_PUBLIC);
}

/* KEY DIGEST LIMIT: begins, refuses a second job, does one step, drops it, and steps in vain. */
static void verb_drop(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, P256_NUMBER);
	const uint8_t *digest = request_exactly(request, 1, P256_NUMBER);
	uint8_t result[P256_RESULT_MAX];
	bool first = crypto_p256_sign(key, digest, entropy);
	bool second = crypto_p256_public(key, entropy);

	console_text("0 ");
	console_number(first);
	console_number(second);
	console_number(crypto_p256_step(request_number(request, 2), result));
	crypto_p256_drop();
	console_number(crypto_p256_step(0, result));
}

/* The most of the library's memory that was ever in use, and its size. */
static void verb_memory(struct request *request)
{
	(void)request;
	console_text("0 ");
	console_number(crypto_memory_peak());
	console_text(" ");
	console_number(CRYPTO_MEMORY_BYTES);
}

/* Answers: instructions, steps, instructions of the longest step, then the result. */
static void run(unsigned limit, unsigned result_length)
{
	uint8_t result[P256_RESULT_MAX];
	uint64_t all = 0, longest = 0;
	unsigned steps = 0;
	enum p256_step code;

	do {
		uint64_t since = instructions();

		code = crypto_p256_step(limit, result);
		since = instructions() - since;
		all += since;
		longest = since > longest ? since : longest;
		steps++;
		seal_between();
	} while (code == P256_MORE);
	console_number(all);
	console_text(" ");
	console_number(steps);
	console_text(" ");
	console_number(longest);
	console_text(code == P256_DONE ? " done " : " refused ");
	console_hex(result, code == P256_DONE ? result_length : 0);
}

/* Other partitions work on between the steps, and share the library's memory. */
static void seal_between(void)
{
	static const uint8_t key[CRYPTO_KEY], nonce[CRYPTO_NONCE];
	uint8_t sealed[CRYPTO_TAG_MAX];

	crypto_ccm_seal(key, nonce, nonce, sizeof nonce, sealed, 0, sizeof sealed);
}

/* Not secret, and different at each call: a test needs no more. xorshift32. */
static void entropy(uint8_t *bytes, unsigned length)
{
	static uint32_t state = 0x2545f491;

	for (unsigned i = 0; i < length; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (uint8_t)state;
	}
}
