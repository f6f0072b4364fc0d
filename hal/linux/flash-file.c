#define _DEFAULT_SOURCE

#include "flash-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kernel/table.h"
#include "../live/port.h"
#include "fail.h"

#define NAME "flash.bin"
#define DISK_SECTOR_LENGTH 512u
#define PATH_LENGTH 4096

static int file = -1;

static void check_size(const char *path)
{
	struct stat status;
	uint32_t bytes = 0;

	for (unsigned i = 0; i < table_region_count; i++)
		bytes += table_regions[i].bytes;
	if (fstat(file, &status) != 0 || status.st_size != (off_t)bytes)
		fail("%s is not the flash of this firmware: it must have %u bytes", path, bytes);
}

void flash_file_open(const char *directory)
{
	char path[PATH_LENGTH];

	if (snprintf(path, sizeof path, "%s/" NAME, directory) >= (int)sizeof path)
		fail("--state is too long");
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0 && errno == ENOENT)
		fail("%s is not there; npx heddle hub --prepare makes it", path);
	if (file < 0)
		fail("%s cannot be opened: %s", path, strerror(errno));
	if (flock(file, LOCK_EX | LOCK_NB) != 0)
		fail("another hub runs with --state %s", directory);
	check_size(path);
}

bool port_flash_read(uint32_t offset, uint8_t *bytes, unsigned length)
{
	return pread(file, bytes, length, (off_t)offset) == (ssize_t)length;
}

bool port_flash_write(uint32_t offset, const uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		const unsigned rest = DISK_SECTOR_LENGTH - offset % DISK_SECTOR_LENGTH;
		const unsigned part = length < rest ? length : rest;

		if (pwrite(file, bytes, part, (off_t)offset) != (ssize_t)part ||
		    fdatasync(file) != 0)
			return false;
		offset += part;
		bytes += part;
		length -= part;
	}
	return true;
}

/* What of an erase is done when power fails is in no order in a chip either. */
bool port_flash_erase(uint32_t offset)
{
	static uint8_t erased[FLASH_SECTOR_LENGTH];

	memset(erased, 0xff, sizeof erased);
	return pwrite(file, erased, sizeof erased, (off_t)offset) == (ssize_t)sizeof erased &&
	       fdatasync(file) == 0;
}
