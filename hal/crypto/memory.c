#include "memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "mbedtls/memory_buffer_alloc.h"

/* What never-used bytes hold, so that the peak can be seen afterwards. */
enum { UNUSED = 0xa5 };

/* At the start the allocator has one free piece, and its header there: eight words. */
enum { HEADER_BYTES = 8 * sizeof(void *) };

static _Alignas(8) uint8_t arena[CRYPTO_MEMORY_BYTES];
static bool started;

void crypto_memory_start(void)
{
	if (started)
		return;
	started = true;
	mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
	memset(arena + HEADER_BYTES, UNUSED, sizeof arena - HEADER_BYTES);
}

unsigned crypto_memory_peak(void)
{
	unsigned peak = sizeof arena;

	while (peak > 0 && arena[peak - 1] == UNUSED)
		peak--;
	return peak;
}

_Noreturn void crypto_memory_damaged(int status)
{
	(void)status;
	board_panic("crypto memory damaged");
}
