/*
 * What the C library asks of a system, for what the engine links and no partition may use: there
 * is no clock but the kernel's, and no memory but the machines' own.
 */

#include <stddef.h>
#include <sys/time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	now->tv_sec = 0;
	now->tv_usec = 0;
	return 0;
}

void *malloc(size_t bytes)
{
	(void)bytes;
	return NULL;
}

void free(void *memory)
{
	(void)memory;
}
