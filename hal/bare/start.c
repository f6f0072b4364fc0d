/* From the first instruction in C to the kernel, on a board without an operating system. */

#include "start.h"

#include <stdint.h>
#include <string.h>

#include "../bench/serve.h"
#include "../crypto/crypto.h"
#include "../kernel/board.h"
#include "command-line.h"
#include "live-port.h"

/* Of the linker script. */
extern uint8_t data_start[], data_end[], bss_start[], bss_end[], tls_start[];
extern const uint8_t data_load[];

/* picolibc keeps `errno` in the memory of a thread; here there is one. */
void _set_tls(void *tls);

_Noreturn void board_start(void)
{
	memcpy(data_start, data_load, (size_t)(data_end - data_start));
	memset(bss_start, 0, (size_t)(bss_end - bss_start));
	_set_tls(tls_start);
	crypto_start();
	const struct command_line line = command_line_read();
	if (line.live)
		live_port_serve(&line);
	bench_serve();
}

_Noreturn void board_trap(unsigned cause)
{
	static char text[] = "processor exception 00";

	text[sizeof text - 3] = (char)('0' + cause / 10 % 10);
	text[sizeof text - 2] = (char)('0' + cause % 10);
	board_panic(text);
}
