/*
 * The emulated board's flash is RAM; the MPU makes it read-only, and address 0 with it, so that a
 * null pointer is not written through. Armv7-M Architecture Reference Manual, B3.5.
 */

#include "memory-protection.h"

#include <stdint.h>

#define MPU_CTRL (*(volatile uint32_t *)0xe000ed94u)
#define MPU_RNR (*(volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR (*(volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR (*(volatile uint32_t *)0xe000eda0u)

/* What no region names is as without an MPU. */
#define CTRL_DEFAULT_MAP 4u
#define CTRL_ENABLE 1u

#define RASR_ENABLE 1u
/* A region has 2 to the power of one more than this. */
#define RASR_SIZE(exponent) (((exponent) - 1u) << 1)
#define RASR_NORMAL (2u << 16)
#define RASR_READ_ONLY (6u << 24)

enum { FLASH_EXPONENT = 20, NOR_EXPONENT = 23 };

#define FLASH_BASE 0x00000000u
#define NOR_BASE 0x21000000u

static void protect(uint32_t region, uint32_t base, uint32_t exponent)
{
	MPU_RNR = region;
	MPU_RBAR = base;
	MPU_RASR = RASR_READ_ONLY | RASR_NORMAL | RASR_SIZE(exponent) | RASR_ENABLE;
}

void memory_protection_start(void)
{
	protect(0, FLASH_BASE, FLASH_EXPONENT);
	protect(1, NOR_BASE, NOR_EXPONENT);
	MPU_CTRL = CTRL_DEFAULT_MAP | CTRL_ENABLE;
	__asm volatile("dsb\n\tisb");
}
