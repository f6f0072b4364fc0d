#include "crypto.h"

#include "check.h"
#include "mbedtls/aes.h"
#include "mbedtls/ccm.h"
#include "mbedtls/md.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha256.h"
#include "memory.h"

static bool in_range(unsigned aad_length, unsigned length, unsigned tag_length);

void crypto_start(void)
{
	crypto_memory_start();
}

void crypto_aes_encrypt(const uint8_t key[CRYPTO_KEY], const uint8_t in[CRYPTO_BLOCK],
			uint8_t out[CRYPTO_BLOCK])
{
	mbedtls_aes_context aes;

	mbedtls_aes_init(&aes);
	check(mbedtls_aes_setkey_enc(&aes, key, CRYPTO_KEY * 8) == 0, "AES key");
	check(mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, in, out) == 0, "AES");
	mbedtls_aes_free(&aes);
}

bool crypto_ccm_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length)
{
	mbedtls_ccm_context ccm;

	if (!in_range(aad_length, length, tag_length))
		return false;
	mbedtls_ccm_init(&ccm);
	/* Only memory can be short here, and then no plaintext may leave as if it were sealed. */
	check(mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, key, CRYPTO_KEY * 8) == 0, "CCM key");
	check(mbedtls_ccm_encrypt_and_tag(&ccm, length, nonce, CRYPTO_NONCE, aad, aad_length, bytes,
					  bytes, bytes + length, tag_length) == 0,
	      "CCM");
	mbedtls_ccm_free(&ccm);
	return true;
}

bool crypto_ccm_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE],
		     const uint8_t *aad, unsigned aad_length, uint8_t *bytes, unsigned length,
		     unsigned tag_length)
{
	mbedtls_ccm_context ccm;
	bool genuine;

	if (!in_range(aad_length, length, tag_length)) {
		mbedtls_platform_zeroize(bytes, length);
		return false;
	}
	mbedtls_ccm_init(&ccm);
	check(mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, key, CRYPTO_KEY * 8) == 0, "CCM key");
	/* Compares in constant time, and wipes what it deciphered of a forgery. */
	genuine = mbedtls_ccm_auth_decrypt(&ccm, length, nonce, CRYPTO_NONCE, aad, aad_length,
					   bytes, bytes, bytes + length, tag_length) == 0;
	mbedtls_ccm_free(&ccm);
	if (!genuine)
		mbedtls_platform_zeroize(bytes, length);
	return genuine;
}

void crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t digest[CRYPTO_DIGEST])
{
	check(mbedtls_sha256_ret(bytes, length, digest, 0) == 0, "SHA-256");
}

void crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			unsigned length, uint8_t mac[CRYPTO_DIGEST])
{
	const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

	check(mbedtls_md_hmac(sha256, key, key_length, bytes, length, mac) == 0, "HMAC");
}

static bool in_range(unsigned aad_length, unsigned length, unsigned tag_length)
{
	return aad_length <= CRYPTO_AAD_MAX && length <= CRYPTO_TEXT_MAX &&
	       (tag_length == 4 || tag_length == 8 || tag_length == 16);
}
