#include "p256.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
#include "mbedtls/asn1.h"
#include "mbedtls/asn1write.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/platform_util.h"

enum verb { NONE, SIGN, VERIFY, AGREE, PUBLIC };

/* A DER signature: SEQUENCE, two INTEGERs of up to 33 bytes, each with two bytes before it. */
enum { DER_MAX = 2 + 2 * (2 + 1 + P256_NUMBER) };

static struct job {
	enum verb verb;
	p256_entropy *entropy;
	/* Group, private key `d`, public key `Q`. */
	mbedtls_ecdsa_context pair;
	/* The result of a multiplication. */
	mbedtls_ecp_point product;
	mbedtls_ecdsa_restart_ctx signing;
	mbedtls_ecp_restart_ctx multiplying;
	uint8_t digest[P256_NUMBER];
	/* A signature to verify, in DER, as the library reads it. */
	uint8_t der[DER_MAX];
	unsigned der_length;
	/* What it was given is no key or no point: told at the first step, like every refusal. */
	bool refused;
} job;

static bool begin(enum verb verb, p256_entropy *entropy);
static void take_key(const uint8_t key[P256_NUMBER]);
static void take_point(const uint8_t point[P256_PUBLIC]);
static void take_signature(const uint8_t signature[P256_SIGNATURE]);
static void refuse_unless(int code);
static int step(uint8_t *result);
static int sign(uint8_t *result);
static int verify(void);
static int multiply(uint8_t *result);
static int read_signature(const uint8_t *der, size_t length, uint8_t *result);
static int chance(void *context, unsigned char *bytes, size_t length);

bool crypto_p256_sign(const uint8_t key[P256_NUMBER], const uint8_t digest[P256_NUMBER],
		      p256_entropy *entropy)
{
	if (!begin(SIGN, entropy))
		return false;
	take_key(key);
	memcpy(job.digest, digest, P256_NUMBER);
	return true;
}

bool crypto_p256_verify(const uint8_t point[P256_PUBLIC], const uint8_t digest[P256_NUMBER],
			const uint8_t signature[P256_SIGNATURE])
{
	if (!begin(VERIFY, NULL))
		return false;
	take_point(point);
	take_signature(signature);
	memcpy(job.digest, digest, P256_NUMBER);
	return true;
}

bool crypto_p256_agree(const uint8_t key[P256_NUMBER], const uint8_t point[P256_PUBLIC],
		       p256_entropy *entropy)
{
	if (!begin(AGREE, entropy))
		return false;
	take_key(key);
	take_point(point);
	return true;
}

bool crypto_p256_public(const uint8_t key[P256_NUMBER], p256_entropy *entropy)
{
	if (!begin(PUBLIC, entropy))
		return false;
	take_key(key);
	check(mbedtls_ecp_copy(&job.pair.Q, &job.pair.grp.G) == 0, "P-256 base point");
	return true;
}

enum p256_step crypto_p256_step(unsigned limit, uint8_t result[P256_RESULT_MAX])
{
	bool refused;
	int code;

	if (job.verb == NONE)
		return P256_IDLE;
	mbedtls_ecp_set_max_ops(limit);
	code = job.refused ? MBEDTLS_ERR_ECP_INVALID_KEY : step(result);
	if (code == MBEDTLS_ERR_ECP_IN_PROGRESS)
		return P256_MORE;
	refuse_unless(code);
	refused = job.refused;
	crypto_p256_drop();
	return refused ? P256_REFUSED : P256_DONE;
}

void crypto_p256_drop(void)
{
	if (job.verb == NONE)
		return;
	mbedtls_ecp_restart_free(&job.multiplying);
	mbedtls_ecdsa_restart_free(&job.signing);
	mbedtls_ecp_point_free(&job.product);
	mbedtls_ecdsa_free(&job.pair);
	mbedtls_platform_zeroize(&job, sizeof job);
}

static bool begin(enum verb verb, p256_entropy *entropy)
{
	if (job.verb != NONE)
		return false;
	job.verb = verb;
	job.entropy = entropy;
	mbedtls_ecdsa_init(&job.pair);
	mbedtls_ecp_point_init(&job.product);
	mbedtls_ecdsa_restart_init(&job.signing);
	mbedtls_ecp_restart_init(&job.multiplying);
	check(mbedtls_ecp_group_load(&job.pair.grp, MBEDTLS_ECP_DP_SECP256R1) == 0, "P-256 group");
	return true;
}

static void take_key(const uint8_t key[P256_NUMBER])
{
	check(mbedtls_mpi_read_binary(&job.pair.d, key, P256_NUMBER) == 0, "P-256 memory");
	refuse_unless(mbedtls_ecp_check_privkey(&job.pair.grp, &job.pair.d));
}

static void take_point(const uint8_t point[P256_PUBLIC])
{
	mbedtls_ecp_point *q = &job.pair.Q;

	check(mbedtls_mpi_read_binary(&q->X, point, P256_NUMBER) == 0, "P-256 memory");
	check(mbedtls_mpi_read_binary(&q->Y, point + P256_NUMBER, P256_NUMBER) == 0,
	      "P-256 memory");
	check(mbedtls_mpi_lset(&q->Z, 1) == 0, "P-256 memory");
	refuse_unless(mbedtls_ecp_check_pubkey(&job.pair.grp, q));
}

static void take_signature(const uint8_t signature[P256_SIGNATURE])
{
	uint8_t *end = job.der + DER_MAX;
	uint8_t *at = end;
	mbedtls_mpi number;
	int code = 0;

	mbedtls_mpi_init(&number);
	for (int i = 1; i >= 0 && code >= 0; i--) {
		code = mbedtls_mpi_read_binary(&number, signature + i * P256_NUMBER, P256_NUMBER);
		if (code == 0)
			code = mbedtls_asn1_write_mpi(&at, job.der, &number);
	}
	mbedtls_mpi_free(&number);
	if (code >= 0)
		code = mbedtls_asn1_write_len(&at, job.der, (size_t)(end - at));
	if (code >= 0)
		code = mbedtls_asn1_write_tag(&at, job.der,
					      MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
	check(code >= 0, "P-256 signature");
	job.der_length = (unsigned)(end - at);
	memmove(job.der, at, job.der_length);
}

/* The arena is sized for the largest job, so a job that finds it full is our mistake. */
static void refuse_unless(int code)
{
	check(code != MBEDTLS_ERR_MPI_ALLOC_FAILED && code != MBEDTLS_ERR_ECP_ALLOC_FAILED,
	      "P-256 memory");
	if (code != 0)
		job.refused = true;
}

static int step(uint8_t *result)
{
	switch (job.verb) {
	case SIGN:
		return sign(result);
	case VERIFY:
		return verify();
	case AGREE:
	case PUBLIC:
		return multiply(result);
	case NONE:
		break;
	}
	return MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
}

static int sign(uint8_t *result)
{
	uint8_t der[MBEDTLS_ECDSA_MAX_LEN];
	size_t length = 0;
	int code = mbedtls_ecdsa_write_signature_restartable(&job.pair, MBEDTLS_MD_SHA256,
							     job.digest, P256_NUMBER, der, &length,
							     chance, NULL, &job.signing);

	return code != 0 ? code : read_signature(der, length, result);
}

static int verify(void)
{
	return mbedtls_ecdsa_read_signature_restartable(&job.pair, job.digest, P256_NUMBER, job.der,
							job.der_length, &job.signing);
}

/* Agreement multiplies the other's point, and gives x; a public key is the base point's multiple. */
static int multiply(uint8_t *result)
{
	int code = mbedtls_ecp_mul_restartable(&job.pair.grp, &job.product, &job.pair.d,
					       &job.pair.Q, chance, NULL, &job.multiplying);

	if (code != 0)
		return code;
	if (mbedtls_ecp_is_zero(&job.product))
		return MBEDTLS_ERR_ECP_INVALID_KEY;
	code = mbedtls_mpi_write_binary(&job.product.X, result, P256_NUMBER);
	if (code == 0 && job.verb == PUBLIC)
		code = mbedtls_mpi_write_binary(&job.product.Y, result + P256_NUMBER, P256_NUMBER);
	return code;
}

/* The library writes DER only: its two numbers, each in 32 bytes. */
static int read_signature(const uint8_t *der, size_t length, uint8_t *result)
{
	unsigned char *at = (unsigned char *)(uintptr_t)der;
	const uint8_t *end = der + length;
	size_t inner = 0;
	mbedtls_mpi number;
	int code = mbedtls_asn1_get_tag(&at, end, &inner,
					MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);

	for (int i = 0; i < 2 && code == 0; i++) {
		mbedtls_mpi_init(&number);
		code = mbedtls_asn1_get_mpi(&at, end, &number);
		if (code == 0)
			code = mbedtls_mpi_write_binary(&number, result + i * P256_NUMBER,
							P256_NUMBER);
		mbedtls_mpi_free(&number);
	}
	return code;
}

static int chance(void *context, unsigned char *bytes, size_t length)
{
	(void)context;
	job.entropy(bytes, (unsigned)length);
	return 0;
}
