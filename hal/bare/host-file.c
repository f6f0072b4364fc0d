#include "host-file.h"

#include <string.h>

#include "../kernel/board.h"
#include "semihost.h"

uintptr_t host_file_open(const char *path, enum host_file_mode mode)
{
	const uintptr_t block[] = {(uintptr_t)path, (uintptr_t)mode, strlen(path)};
	const uintptr_t file = semihost(SEMIHOST_OPEN, (uintptr_t)block);

	if (file == UINTPTR_MAX)
		board_panic("a file of the emulator's machine does not open");
	return file;
}

static bool seek(uintptr_t file, uint32_t offset)
{
	const uintptr_t block[] = {file, offset};

	return semihost(SEMIHOST_SEEK, (uintptr_t)block) == 0;
}

bool host_file_read(uintptr_t file, uint8_t *bytes, unsigned length)
{
	const uintptr_t block[] = {file, (uintptr_t)bytes, length};

	return semihost(SEMIHOST_READ, (uintptr_t)block) == 0;
}

bool host_file_read_at(uintptr_t file, uint32_t offset, uint8_t *bytes, unsigned length)
{
	return seek(file, offset) && host_file_read(file, bytes, length);
}

bool host_file_write_at(uintptr_t file, uint32_t offset, const uint8_t *bytes, unsigned length)
{
	const uintptr_t block[] = {file, (uintptr_t)bytes, length};

	return seek(file, offset) && semihost(SEMIHOST_WRITE, (uintptr_t)block) == 0;
}
