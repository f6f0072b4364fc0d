/*
 * What of mbed TLS 2.28 a board compiles: AES-128-CCM, SHA-256 with HMAC, and P-256 for signatures
 * and key agreement. No files, no threads, no clock, no heap but memory.c's, no entropy source of
 * its own: chance comes as an argument.
 */
#ifndef HEDDLE_MBEDTLS_CONFIG_H
#define HEDDLE_MBEDTLS_CONFIG_H

/* The platform: our memory, and nothing of the C library's input, output or heap. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_MEMORY_ALIGN_MULTIPLE 8

/* The allocator found its own lists damaged. Defined in memory.c. */
_Noreturn void crypto_memory_damaged(int status);
#define MBEDTLS_PLATFORM_EXIT_MACRO crypto_memory_damaged

/* UMAAL on a Cortex-M4, plain C where there is none. */
#define MBEDTLS_HAVE_ASM

/* AES: tables in flash, and one of four, turned as needed: 6 KB less for a few per cent. */
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CCM_C

#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_NO_SHA224

/*
 * P-256. Signatures are deterministic (RFC 6979), so that a weak source of chance gives no key
 * away; chance still blinds the multiplication. The base point's table would outlive a job in
 * 2 KB of RAM, so it is made anew.
 */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_WINDOW_SIZE 4
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_ECP_MAX_BITS 256
#define MBEDTLS_ECP_NO_INTERNAL_RNG
#define MBEDTLS_ECP_RESTARTABLE
/* Asked for with the line above; the file that has it is not compiled. */
#define MBEDTLS_ECDH_LEGACY_CONTEXT
#define MBEDTLS_MPI_MAX_SIZE 64
#define MBEDTLS_MPI_WINDOW_SIZE 1
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C

#include "mbedtls/check_config.h"

#endif
