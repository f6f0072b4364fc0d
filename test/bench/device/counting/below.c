/*
 * What lies under kernel and machines, in front of the real functions: the crypto provider, whose
 * instructions are told apart, and the bench, whose instructions nobody else would spend.
 */

#include "../../../../hal/crypto/crypto.h"
#include "../../../../hal/kernel/board.h"
#include "../../../../hal/kernel/observer.h"
#include "work.h"

void __real_crypto_aes_encrypt(const uint8_t *key, const uint8_t *in, uint8_t *out);
void __wrap_crypto_aes_encrypt(const uint8_t *key, const uint8_t *in, uint8_t *out);
void __wrap_crypto_aes_encrypt(const uint8_t *key, const uint8_t *in, uint8_t *out)
{
	const enum work last = work_change(WORK_CRYPTO);

	__real_crypto_aes_encrypt(key, in, out);
	work_change(last);
}

bool __real_crypto_ccm_seal(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length);
bool __wrap_crypto_ccm_seal(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length);
bool __wrap_crypto_ccm_seal(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length)
{
	const enum work last = work_change(WORK_CRYPTO);
	const bool done =
		__real_crypto_ccm_seal(key, nonce, aad, aad_length, bytes, length, tag_length);

	work_change(last);
	return done;
}

bool __real_crypto_ccm_open(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length);
bool __wrap_crypto_ccm_open(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length);
bool __wrap_crypto_ccm_open(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad,
			    unsigned aad_length, uint8_t *bytes, unsigned length,
			    unsigned tag_length)
{
	const enum work last = work_change(WORK_CRYPTO);
	const bool done =
		__real_crypto_ccm_open(key, nonce, aad, aad_length, bytes, length, tag_length);

	work_change(last);
	return done;
}

void __real_crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t *digest);
void __wrap_crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t *digest);
void __wrap_crypto_sha256(const uint8_t *bytes, unsigned length, uint8_t *digest)
{
	const enum work last = work_change(WORK_CRYPTO);

	__real_crypto_sha256(bytes, length, digest);
	work_change(last);
}

void __real_crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			       unsigned length, uint8_t *mac);
void __wrap_crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			       unsigned length, uint8_t *mac);
void __wrap_crypto_hmac_sha256(const uint8_t *key, unsigned key_length, const uint8_t *bytes,
			       unsigned length, uint8_t *mac)
{
	const enum work last = work_change(WORK_CRYPTO);

	__real_crypto_hmac_sha256(key, key_length, bytes, length, mac);
	work_change(last);
}

/* The board. */

unsigned __real_board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length);
unsigned __wrap_board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length);
unsigned __wrap_board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length)
{
	const enum work last = work_change(WORK_BENCH);
	const unsigned answer = __real_board_device(party, verb, bytes, length);

	work_change(last);
	return answer;
}

unsigned __real_board_flash(unsigned region, unsigned operation, uint32_t offset,
			    const uint8_t *bytes, unsigned length);
unsigned __wrap_board_flash(unsigned region, unsigned operation, uint32_t offset,
			    const uint8_t *bytes, unsigned length);
unsigned __wrap_board_flash(unsigned region, unsigned operation, uint32_t offset,
			    const uint8_t *bytes, unsigned length)
{
	const enum work last = work_change(WORK_BENCH);
	const unsigned answer = __real_board_flash(region, operation, offset, bytes, length);

	work_change(last);
	return answer;
}

void __real_board_entropy(uint8_t *bytes, unsigned length);
void __wrap_board_entropy(uint8_t *bytes, unsigned length);
void __wrap_board_entropy(uint8_t *bytes, unsigned length)
{
	const enum work last = work_change(WORK_BENCH);

	__real_board_entropy(bytes, length);
	work_change(last);
}

/* The observer. */

void __real_observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			       unsigned length);
void __wrap_observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			       unsigned length);
void __wrap_observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			       unsigned length)
{
	const enum work last = work_change(WORK_BENCH);

	__real_observer_delivered(now, from, to, bytes, length);
	work_change(last);
}

void __real_observer_faulted(double now, unsigned party, unsigned kind, const char *what);
void __wrap_observer_faulted(double now, unsigned party, unsigned kind, const char *what);
void __wrap_observer_faulted(double now, unsigned party, unsigned kind, const char *what)
{
	const enum work last = work_change(WORK_BENCH);

	__real_observer_faulted(now, party, kind, what);
	work_change(last);
}

void __real_observer_restarted(double now, unsigned party);
void __wrap_observer_restarted(double now, unsigned party);
void __wrap_observer_restarted(double now, unsigned party)
{
	const enum work last = work_change(WORK_BENCH);

	__real_observer_restarted(now, party);
	work_change(last);
}
