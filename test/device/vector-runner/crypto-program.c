/* The runner of hal/crypto/crypto.h. */

#include <stddef.h>

#include "board.h"
#include "console.h"
#include "crypto.h"
#include "instructions.h"
#include "program.h"

static verb verb_aes, verb_seal, verb_open, verb_sha256, verb_hmac;
static void answer(uint64_t since, const char *word, const uint8_t *bytes, unsigned length);

const struct program_verb program_verbs[] = {
	{ "aes", verb_aes },	   { "seal", verb_seal }, { "open", verb_open },
	{ "sha256", verb_sha256 }, { "hmac", verb_hmac }, { NULL, NULL },
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

/* KEY BLOCK: with an output that overlaps the input. */
static void verb_aes(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, CRYPTO_KEY);
	struct field block = request_bytes(request, 1, 1);
	uint64_t since = instructions();

	crypto_aes_encrypt(key, block.bytes, block.bytes + 1);
	answer(since, "", block.bytes + 1, CRYPTO_BLOCK);
}

/* KEY NONCE AAD TEXT TAG-LENGTH */
static void verb_seal(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, CRYPTO_KEY);
	const uint8_t *nonce = request_exactly(request, 1, CRYPTO_NONCE);
	struct field aad = request_bytes(request, 2, 0);
	struct field text = request_bytes(request, 3, CRYPTO_TAG_MAX);
	unsigned tag = request_number(request, 4);
	uint64_t since = instructions();
	bool sealed =
		crypto_ccm_seal(key, nonce, aad.bytes, aad.length, text.bytes, text.length, tag);

	answer(since, sealed ? "sealed " : "refused ", text.bytes, text.length + (sealed ? tag : 0));
}

/* KEY NONCE AAD SEALED TAG-LENGTH: the text, or what is left in its place. */
static void verb_open(struct request *request)
{
	const uint8_t *key = request_exactly(request, 0, CRYPTO_KEY);
	const uint8_t *nonce = request_exactly(request, 1, CRYPTO_NONCE);
	struct field aad = request_bytes(request, 2, 0);
	struct field sealed = request_bytes(request, 3, 0);
	unsigned tag = request_number(request, 4);
	unsigned length = sealed.length - tag;

	if (sealed.length < tag)
		console_end("shorter than its tag");
	uint64_t since = instructions();
	bool genuine =
		crypto_ccm_open(key, nonce, aad.bytes, aad.length, sealed.bytes, length, tag);

	answer(since, genuine ? "opened " : "forged ", sealed.bytes, length);
}

/* BYTES: with a digest that is written over them. */
static void verb_sha256(struct request *request)
{
	struct field bytes = request_bytes(request, 0, CRYPTO_DIGEST);
	uint64_t since = instructions();

	crypto_sha256(bytes.bytes, bytes.length, bytes.bytes);
	answer(since, "", bytes.bytes, CRYPTO_DIGEST);
}

/* KEY BYTES: with a code that is written over them. */
static void verb_hmac(struct request *request)
{
	struct field key = request_bytes(request, 0, 0);
	struct field bytes = request_bytes(request, 1, CRYPTO_DIGEST);
	uint64_t since = instructions();

	crypto_hmac_sha256(key.bytes, key.length, bytes.bytes, bytes.length, bytes.bytes);
	answer(since, "", bytes.bytes, CRYPTO_DIGEST);
}

static void answer(uint64_t since, const char *word, const uint8_t *bytes, unsigned length)
{
	console_number(instructions() - since);
	console_text(" ");
	console_text(word);
	console_hex(bytes, length);
}
