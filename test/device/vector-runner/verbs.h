/*
 * The verbs of a runner. Each answers on one line: the instructions that the call itself took, then
 * what it gave.
 */
#ifndef HEDDLE_VERBS_H
#define HEDDLE_VERBS_H

#include "request.h"

typedef void verb(struct request *request);

/* Of hal/crypto/crypto.h. */
verb verb_aes, verb_seal, verb_open, verb_sha256, verb_hmac, verb_memory;
/* Of hal/crypto/p256.h. */
verb verb_sign, verb_verify, verb_agree, verb_public, verb_drop;
/* Of hal/hdlc. */
verb verb_crc16, verb_hdlc_put, verb_hdlc_push;

#endif
