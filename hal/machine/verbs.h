/*
 * The host functions that stand behind a partition's `environment`. They live in the image, one for
 * all machines: whose call it is, and so what it may do, is told by the machine and never by an
 * argument. `environment.ts` puts them together.
 */
#ifndef HEDDLE_VERBS_H
#define HEDDLE_VERBS_H

#include "xsAll.h"

/* Name in C and in JavaScript, and how many arguments. */
#define VERBS(VERB) \
	/* Of what `this.place` names: verbs.c. */ \
	VERB(verb_send, "send", 2) \
	VERB(verb_device_send, "deviceSend", 2) \
	VERB(verb_device_reset, "deviceReset", 0) \
	VERB(verb_device_read, "deviceRead", 0) \
	VERB(verb_clock_set, "clockSet", 2) \
	VERB(verb_peer, "peer", 0) \
	VERB(verb_region_read, "regionRead", 2) \
	VERB(verb_region_write, "regionWrite", 4) \
	VERB(verb_region_erase, "regionErase", 1) \
	VERB(verb_region_survey, "regionSurvey", 2) \
	/* Entropy and time: verbs.c. */ \
	VERB(verb_entropy_fill, "entropyFill", 3) \
	VERB(verb_utc_ms, "utcMs", 0) \
	VERB(verb_utc_quality, "utcQuality", 0) \
	VERB(verb_started_at, "startedAt", 0) \
	/* crypto-verbs.c */ \
	VERB(verb_aes_encrypt, "aesEncrypt", 5) \
	VERB(verb_ccm_seal, "ccmSeal", 9) \
	VERB(verb_ccm_open, "ccmOpen", 9) \
	VERB(verb_sha256, "sha256", 4) \
	VERB(verb_hmac_sha256, "hmacSha256", 6) \
	/* byte-verbs.c */ \
	VERB(verb_copy_bytes, "copyBytes", 5) \
	VERB(verb_equal_bytes, "equalBytes", 5) \
	VERB(verb_crc32_step, "crc32Step", 4) \
	VERB(verb_find_byte, "findByte", 5) \
	VERB(verb_write_u16, "writeU16", 3) \
	VERB(verb_write_u32, "writeU32", 3) \
	VERB(verb_write_u48, "writeU48", 3) \
	VERB(verb_earliest, "earliest", 3)

#define VERB_DECLARATION(call, name, arguments) void call(txMachine *the);
VERBS(VERB_DECLARATION)
#undef VERB_DECLARATION

#endif
