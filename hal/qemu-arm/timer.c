/*
 * Time of mps2-an386 by a timer of 25 MHz, sleep until SysTick, the watchdog. Arm Cortex-M System
 * Design Kit r1p1 (DDI 0479), sections 4.4 and 4.6; Armv7-M Architecture Reference Manual, B3.3.
 */

#include "../bare/timer.h"

#include <stdbool.h>
#include <stdint.h>

#include "../bench/instructions.h"
#include "interrupts.h"

#define HZ 25000000u
#define PER_MS (HZ / 1000u)
/* An instruction takes 1 ns where QEMU counts them. */
#define INSTRUCTIONS_PER_CYCLE (1000000000u / HZ)

#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008u)

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xe000e010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xe000e014u)
/* Processor clock, interrupt, enabled. */
#define SYSTICK_ON 7u

#define WATCHDOG_LOAD (*(volatile uint32_t *)0x40008000u)
#define WATCHDOG_CONTROL (*(volatile uint32_t *)0x40008008u)
#define WATCHDOG_CLEAR (*(volatile uint32_t *)0x4000800cu)
#define WATCHDOG_LOCK (*(volatile uint32_t *)0x40008c00u)
#define WATCHDOG_KEY 0x1acce551u
/* At first an NMI, then a reset. */
#define WATCHDOG_ON 3u
#define WATCHDOG_S 10u

static bool counts;
static uint64_t cycles;
static uint32_t last;

static void count(void)
{
	TIMER_RELOAD = UINT32_MAX;
	TIMER_VALUE = UINT32_MAX;
	TIMER_CONTROL = 1;
	last = TIMER_VALUE;
	counts = true;
}

static uint64_t cycles_done(void)
{
	const uint32_t value = TIMER_VALUE;

	/* It counts down, and round in 171 seconds. */
	cycles += last - value;
	last = value;
	return cycles;
}

void timer_start(void)
{
	count();
	SYSTICK_RELOAD = PER_MS - 1;
	SYSTICK_CONTROL = SYSTICK_ON;
}

double timer_now(void)
{
	return (double)(cycles_done() / PER_MS);
}

uint64_t instructions_done(void)
{
	if (!counts)
		count();
	return cycles_done() * INSTRUCTIONS_PER_CYCLE;
}

void interrupt_tick(void)
{
}

void timer_sleep(void)
{
	__asm volatile("wfi");
}

void timer_feed_watchdog(void)
{
	WATCHDOG_LOCK = WATCHDOG_KEY;
	WATCHDOG_LOAD = WATCHDOG_S * HZ;
	WATCHDOG_CLEAR = 1;
	WATCHDOG_CONTROL = WATCHDOG_ON;
	WATCHDOG_LOCK = 0;
}
