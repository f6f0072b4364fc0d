/* hal/crypto.ts for partitions, over hal/crypto/crypto.h. */
#include "arguments.h"
#include "crypto.h"
#include "verbs.h"

void verb_aes_encrypt(txMachine *the)
{
	uint32_t from = whole_argument(the, 2), to = whole_argument(the, 4);

	crypto_aes_encrypt(read_argument(the, 0, 0, CRYPTO_KEY),
			   read_argument(the, 1, from, CRYPTO_BLOCK),
			   write_argument(the, 3, to, CRYPTO_BLOCK));
}

/* What seal and open both are handed. */
struct ccm {
	const uint8_t *key, *nonce, *aad;
	uint8_t *bytes;
	unsigned aad_length, length, tag_length;
};

static struct ccm ccm_arguments(txMachine *the)
{
	struct ccm ccm;
	uint32_t aad_start = whole_argument(the, 3), start = whole_argument(the, 6);

	ccm.aad_length = whole_argument(the, 4);
	ccm.length = whole_argument(the, 7);
	ccm.tag_length = whole_argument(the, 8);
	if (ccm.aad_length > CRYPTO_AAD_MAX || ccm.length > CRYPTO_TEXT_MAX ||
	    (ccm.tag_length != 4 && ccm.tag_length != 8 && ccm.tag_length != 16))
		mxRangeError("a length that CCM does not have");
	ccm.key = read_argument(the, 0, 0, CRYPTO_KEY);
	ccm.nonce = read_argument(the, 1, 0, CRYPTO_NONCE);
	ccm.aad = read_argument(the, 2, aad_start, ccm.aad_length);
	ccm.bytes = write_argument(the, 5, start, ccm.length + ccm.tag_length);
	return ccm;
}

void verb_ccm_seal(txMachine *the)
{
	struct ccm ccm = ccm_arguments(the);

	if (!crypto_ccm_seal(ccm.key, ccm.nonce, ccm.aad, ccm.aad_length, ccm.bytes, ccm.length,
			     ccm.tag_length))
		mxRangeError("CCM refuses these lengths");
}

void verb_ccm_open(txMachine *the)
{
	struct ccm ccm = ccm_arguments(the);

	mxResult->kind = XS_BOOLEAN_KIND;
	mxResult->value.boolean = crypto_ccm_open(ccm.key, ccm.nonce, ccm.aad, ccm.aad_length,
						  ccm.bytes, ccm.length, ccm.tag_length);
}

void verb_sha256(txMachine *the)
{
	uint32_t start = whole_argument(the, 1), length = whole_argument(the, 2);

	crypto_sha256(read_argument(the, 0, start, length), length,
		      write_argument(the, 3, 0, CRYPTO_DIGEST));
}

void verb_hmac_sha256(txMachine *the)
{
	uint32_t key_length = whole_argument(the, 1);
	uint32_t start = whole_argument(the, 3), length = whole_argument(the, 4);

	crypto_hmac_sha256(read_argument(the, 0, 0, key_length), key_length,
			   read_argument(the, 2, start, length), length,
			   write_argument(the, 5, 0, CRYPTO_DIGEST));
}
