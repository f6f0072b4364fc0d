/* Semihosting: the requests that QEMU serves for a program without devices. */

#include <semihost.h>

#include "host-file.h"

/* Modes of SYS_OPEN: "rb" and "wb". */
enum { READ = 1, WRITE = 5 };

static int in, out;

bool host_file_open(void)
{
	in = sys_semihost_open("in", READ);
	out = sys_semihost_open("out", WRITE);
	return in >= 0 && out >= 0;
}

unsigned host_file_read(char *bytes, unsigned room)
{
	/* It answers how many bytes it did not read. */
	return room - (unsigned)sys_semihost_read(in, bytes, room);
}

void host_file_write(const char *bytes, unsigned length)
{
	if (sys_semihost_write(out, bytes, length) != 0)
		host_file_exit(1);
}

_Noreturn void host_file_exit(int status)
{
	sys_semihost_exit(ADP_Stopped_ApplicationExit, status);
	for (;;)
		;
}
