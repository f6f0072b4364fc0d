/* The runner of hal/crypto. */

#include <stddef.h>

#include "board.h"
#include "console.h"
#include "crypto-verbs.h"
#include "crypto.h"
#include "program.h"

const struct program_verb program_verbs[] = {
	{ "aes", verb_aes },	   { "seal", verb_seal },     { "open", verb_open },
	{ "sha256", verb_sha256 }, { "hmac", verb_hmac },     { "memory", verb_memory },
	{ "sign", verb_sign },	   { "verify", verb_verify }, { "agree", verb_agree },
	{ "public", verb_public }, { "drop", verb_drop },     { NULL, NULL },
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
