#ifndef HEDDLE_RUNNER_CRYPTO_VERBS_H
#define HEDDLE_RUNNER_CRYPTO_VERBS_H

#include "program.h"

/* Of hal/crypto/crypto.h. */
verb verb_aes, verb_seal, verb_open, verb_sha256, verb_hmac, verb_memory;
/* Of hal/crypto/p256.h. */
verb verb_sign, verb_verify, verb_agree, verb_public, verb_drop;

#endif
