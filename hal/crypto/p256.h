/*
 * NIST P-256 for `vault`: signatures (FIPS 186-4, deterministic by RFC 6979), their verification,
 * and key agreement (SP 800-56A section 5.7.1.2). A job is begun, then stepped: no step keeps the
 * kernel from its other partitions for longer than its limit allows. One job at a time.
 *
 * Numbers are big-endian: a private key and a digest have 32 bytes, a public key is x and y, a
 * signature r and s. Everything a job knows is wiped when it ends.
 */
#ifndef HEDDLE_P256_H
#define HEDDLE_P256_H

#include <stdbool.h>
#include <stdint.h>

enum {
	P256_NUMBER = 32,
	P256_PUBLIC = 64,
	P256_SIGNATURE = 64,

	/* The longest result of a job. */
	P256_RESULT_MAX = 64,

	/* The smallest limit with an effect: one inversion is not divided. */
	P256_LIMIT_MIN = 1
};

enum p256_step {
	/* Done: the result is written, or the signature is good. */
	P256_DONE = 0,
	/* The limit was reached: step again. */
	P256_MORE = 1,
	/* Not a key, not a point of the curve, or not the signature of this digest. */
	P256_REFUSED = 2,
	/* No job is under way. */
	P256_IDLE = 3,
};

/* Fills `bytes` with what nobody can foresee. It blinds; no result depends on it. */
typedef void p256_entropy(uint8_t *bytes, unsigned length);

/* Each begins a job, and copies what it is given. False: another job is under way. */
bool crypto_p256_sign(const uint8_t key[P256_NUMBER], const uint8_t digest[P256_NUMBER],
		      p256_entropy *entropy);
bool crypto_p256_verify(const uint8_t point[P256_PUBLIC], const uint8_t digest[P256_NUMBER],
			const uint8_t signature[P256_SIGNATURE]);
bool crypto_p256_agree(const uint8_t key[P256_NUMBER], const uint8_t point[P256_PUBLIC],
		       p256_entropy *entropy);
bool crypto_p256_public(const uint8_t key[P256_NUMBER], p256_entropy *entropy);

/*
 * Goes on with the job for at most about `limit` multiplications in the field (0: to its end).
 * After P256_DONE `result` holds the signature, nothing, the shared x (32 bytes) or the public key.
 */
enum p256_step crypto_p256_step(unsigned limit, uint8_t result[P256_RESULT_MAX]);

/* Drops the job: its owner is gone. */
void crypto_p256_drop(void);

#endif
