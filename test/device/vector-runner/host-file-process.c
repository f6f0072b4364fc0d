#include <stdio.h>
#include <stdlib.h>

#include "host-file.h"

static FILE *in, *out;

bool host_file_open(void)
{
	in = fopen("in", "rb");
	out = fopen("out", "wb");
	return in != NULL && out != NULL;
}

unsigned host_file_read(char *bytes, unsigned room)
{
	return (unsigned)fread(bytes, 1, room, in);
}

void host_file_write(const char *bytes, unsigned length)
{
	if (fwrite(bytes, 1, length, out) != length)
		exit(1);
}

_Noreturn void host_file_exit(int status)
{
	exit(fclose(out) == 0 ? status : 1);
}
