/* Reset and exceptions of a Cortex-M4F. Armv7-M Architecture Reference Manual, B1.5 and B3.2. */

#include <stdint.h>

#include "../bare/start.h"
#include "interrupts.h"
#include "memory-protection.h"

_Noreturn void reset(void);

extern uint8_t stack_top[];

/* Coprocessor Access Control Register: full access to CP10 and CP11, the floating-point unit. */
#define CPACR (*(volatile uint32_t *)0xe000ed88u)
#define CPACR_FPU (0xfu << 20)

_Noreturn void reset(void)
{
	CPACR |= CPACR_FPU;
	__asm volatile("dsb\n\tisb");
	memory_protection_start();
	board_start();
}

static _Noreturn void trap(void)
{
	uint32_t number;

	__asm volatile("mrs %0, ipsr" : "=r"(number));
	board_trap(number);
}

typedef void (*handler)(void);

/* Of the processor, and the first of the board. */
#define VECTORS (16 + 5)

__attribute__((section(".vectors"), used)) static const handler vectors[VECTORS] = {
	(handler)(uintptr_t)stack_top,
	reset,
	trap, /* NMI */
	trap, /* HardFault */
	trap, /* MemManage */
	trap, /* BusFault */
	trap, /* UsageFault */
	trap, trap, trap, trap,
	trap, /* SVCall */
	trap, /* DebugMonitor */
	trap,
	trap, /* PendSV */
	interrupt_tick, /* SysTick */
	interrupt_radio,
	trap,
	interrupt_wan,
	trap,
	interrupt_plc,
};
