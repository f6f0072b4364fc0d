#include "instructions.h"

#if defined(__riscv)

uint64_t instructions(void)
{
	uint32_t high, low, again;

	do {
		__asm__ volatile("rdinstreth %0" : "=r"(high));
		__asm__ volatile("rdinstret %0" : "=r"(low));
		__asm__ volatile("rdinstreth %0" : "=r"(again));
	} while (high != again);
	return ((uint64_t)high << 32) | low;
}

#elif defined(__arm__)

/*
 * Timer 0 of the mps2 boards counts down at 25 MHz, and with `shift=0` an instruction takes 1 ns:
 * 40 of them a tick, 170 thousand million before it comes round.
 */
enum { PER_TICK = 40, ENABLE = 1 };

struct timer {
	volatile uint32_t control, value, reload;
};

#define TIMER0 ((struct timer *)0x40000000)

uint64_t instructions(void)
{
	if (TIMER0->control != ENABLE) {
		TIMER0->reload = UINT32_MAX;
		TIMER0->value = UINT32_MAX;
		TIMER0->control = ENABLE;
	}
	return (uint64_t)(UINT32_MAX - TIMER0->value) * PER_TICK;
}

#else

uint64_t instructions(void)
{
	return 0;
}

#endif
