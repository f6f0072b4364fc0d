/* A call into the emulator. Semihosting for AArch32 and AArch64, 2.1: BKPT 0xAB on M profile. */

#include "../bare/semihost.h"

uintptr_t semihost(unsigned operation, uintptr_t argument)
{
	register uintptr_t r0 __asm__("r0") = operation;
	register uintptr_t r1 __asm__("r1") = argument;

	__asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	return r0;
}
