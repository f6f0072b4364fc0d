/* The two files on the host: as a process opens them, or by semihosting from a bare machine. */

#ifndef HEDDLE_HOST_FILE_H
#define HEDDLE_HOST_FILE_H

#include <stdbool.h>

bool host_file_open(void);

/* Up to `room` bytes of `in`; 0 at its end. */
unsigned host_file_read(char *bytes, unsigned room);

void host_file_write(const char *bytes, unsigned length);

_Noreturn void host_file_exit(int status);

#endif
