/* A device without crypto: no partition of this test asks for any. */
#include <stdlib.h>

#include "crypto.h"

void crypto_aes_encrypt(const uint8_t key[CRYPTO_KEY], const uint8_t in[CRYPTO_BLOCK],
			uint8_t out[CRYPTO_BLOCK])
{
	(void)key, (void)in, (void)out;
	abort();
}

bool crypto_ccm_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length)
{
	(void)key, (void)nonce, (void)aad, (void)aad_length, (void)bytes, (void)length;
	(void)tag_length;
	abort();
}

bool crypto_ccm_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length)
{
	(void)key, (void)nonce, (void)aad, (void)aad_length, (void)bytes, (void)length;
	(void)tag_length;
	abort();
}

void crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t digest[CRYPTO_DIGEST])
{
	(void)bytes, (void)length, (void)digest;
	abort();
}

void crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			unsigned length, uint8_t mac[CRYPTO_DIGEST])
{
	(void)key, (void)key_length, (void)bytes, (void)length, (void)mac;
	abort();
}
