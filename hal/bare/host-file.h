/* Files of the emulator's machine, by semihosting. */

#ifndef HEDDLE_HOST_FILE_H
#define HEDDLE_HOST_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Semihosting's numbers for "rb" and "r+b". */
enum host_file_mode { HOST_FILE_READ = 1, HOST_FILE_CHANGE = 3 };

/* Ends the board when it cannot be opened. */
uintptr_t host_file_open(const char *path, enum host_file_mode mode);
bool host_file_read(uintptr_t file, uint8_t *bytes, unsigned length);
bool host_file_read_at(uintptr_t file, uint32_t offset, uint8_t *bytes, unsigned length);
bool host_file_write_at(uintptr_t file, uint32_t offset, const uint8_t *bytes, unsigned length);

#endif
