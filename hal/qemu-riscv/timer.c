/*
 * Time of virt by the timer of the hart, 10 MHz, and sleep until it. virt has no watchdog. The
 * RISC-V Instruction Set Manual, volume II, 3.1.9, 3.1.10, 3.2.1 and 3.3.3.
 */

#include "../bare/timer.h"

#include <stdint.h>

#include "../bench/instructions.h"

#define PER_MS 10000u

#define MTIME_LOW (*(volatile uint32_t *)0x0200bff8u)
#define MTIME_HIGH (*(volatile uint32_t *)0x0200bffcu)
#define MTIMECMP_LOW (*(volatile uint32_t *)0x02004000u)
#define MTIMECMP_HIGH (*(volatile uint32_t *)0x02004004u)

/* mie: interrupts of the timer wake the hart; mstatus leaves them pending. */
#define MIE_TIMER 0x80u

static uint64_t started;

static uint64_t ticks(void)
{
	for (;;) {
		const uint32_t high = MTIME_HIGH;
		const uint32_t low = MTIME_LOW;

		if (high == MTIME_HIGH)
			return (uint64_t)high << 32 | low;
	}
}

static void compare(uint64_t at)
{
	MTIMECMP_LOW = UINT32_MAX;
	MTIMECMP_HIGH = (uint32_t)(at >> 32);
	MTIMECMP_LOW = (uint32_t)at;
}

void timer_start(void)
{
	started = ticks();
	compare(UINT64_MAX);
	__asm volatile("csrs mie, %0" : : "r"(MIE_TIMER));
}

uint64_t instructions_done(void)
{
	uint32_t high, low, again;

	do {
		__asm volatile("csrr %0, minstreth" : "=r"(high));
		__asm volatile("csrr %0, minstret" : "=r"(low));
		__asm volatile("csrr %0, minstreth" : "=r"(again));
	} while (high != again);
	return (uint64_t)high << 32 | low;
}

double timer_now(void)
{
	return (double)((ticks() - started) / PER_MS);
}

void timer_sleep(void)
{
	compare(ticks() + PER_MS);
	__asm volatile("wfi");
	compare(UINT64_MAX);
}

void timer_feed_watchdog(void)
{
}
