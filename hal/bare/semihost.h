/* A call into the emulator. Semihosting for AArch32 and AArch64, and for RISC-V: same numbers. */

#ifndef HEDDLE_BARE_SEMIHOST_H
#define HEDDLE_BARE_SEMIHOST_H

#include <stdint.h>

enum semihost {
	SEMIHOST_OPEN = 0x01,
	SEMIHOST_WRITE = 0x05,
	SEMIHOST_READ = 0x06,
	SEMIHOST_SEEK = 0x0a,
	SEMIHOST_TIME = 0x11,
	SEMIHOST_GET_COMMAND_LINE = 0x15,
	SEMIHOST_EXIT = 0x18,
};

/* `argument` is a number or the address of a block of words. */
uintptr_t semihost(unsigned operation, uintptr_t argument);

#endif
