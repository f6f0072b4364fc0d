/*
 * The primitives a device gives its partitions: the verbs of hal/crypto.ts in C, over mbed TLS.
 * One caller at a time, from the kernel's one thread. Nothing of a call outlives it; key
 * schedules and intermediate values are wiped before it returns.
 */
#ifndef HEDDLE_CRYPTO_H
#define HEDDLE_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* An AES-128 key, in bytes, as all lengths here. */
	CRYPTO_KEY = 16,
	CRYPTO_BLOCK = 16,
	/* Of CCM with L = 2. */
	CRYPTO_NONCE = 13,
	CRYPTO_TAG_MAX = 16,
	CRYPTO_DIGEST = 32,
	/* Above it the length is coded otherwise: RFC 3610 section 2.2. */
	CRYPTO_AAD_MAX = 0xfeff,
	/* What L = 2 can count. */
	CRYPTO_TEXT_MAX = 0xffff,
};

/* Gives the library its fixed memory. Call once, before anything else; again does nothing. */
void crypto_start(void);

/* AES-128 of one block; `in` and `out` may overlap. FIPS 197. */
void crypto_aes_encrypt(const uint8_t key[CRYPTO_KEY], const uint8_t in[CRYPTO_BLOCK],
			uint8_t out[CRYPTO_BLOCK]);

/*
 * AES-128-CCM in place: encrypts `length` bytes and writes the tag behind them, so `bytes` has
 * room for `length + tag_length`. The tag has 4, 8 or 16 bytes. RFC 3610; IEEE 802.15.4 annex B.
 * `aad` may lie in the same buffer, but not inside `bytes`.
 * False: a length out of range; then nothing was read and `bytes` is untouched.
 */
bool crypto_ccm_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length);

/*
 * Opens what crypto_ccm_seal wrote: `length` counts the plaintext, the tag follows it and is
 * compared in constant time. False: forged, or a length out of range; the `length` bytes are
 * then zeros.
 */
bool crypto_ccm_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length);

/* SHA-256 of `length` bytes. `digest` may overlap `bytes`. FIPS 180-4. */
void crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t digest[CRYPTO_DIGEST]);

/* HMAC-SHA-256 with a key of any length. `mac` may overlap `bytes` and `key`. RFC 2104. */
void crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			unsigned length, uint8_t mac[CRYPTO_DIGEST]);

#endif
