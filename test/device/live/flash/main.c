/*
 * The flash of the native hub by itself: what it does to its file, and what the kernel would hear. A
 * line for each; the test knows which lines there must be. The linker puts these in front of the
 * system's calls.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "../../../../hal/kernel/board.h"
#include "../../../../hal/kernel/kernel.h"
#include "../../../../hal/kernel/table.h"
#include "../../../../hal/linux/flash-file.h"
#include "../../../../hal/live/flash-chip.h"

enum { FIRST = 3, SECOND = 9, FIRST_BYTES = 8192, SECOND_BYTES = 4096 };

const unsigned table_region_count = 2;
const struct region_row table_regions[] = {
	{.bytes = FIRST_BYTES, .id = FIRST},
	{.bytes = SECOND_BYTES, .id = SECOND},
};

static int fails;

ssize_t __real_pwrite(int file, const void *bytes, size_t length, off_t offset);
ssize_t __wrap_pwrite(int file, const void *bytes, size_t length, off_t offset);
int __real_fdatasync(int file);
int __wrap_fdatasync(int file);

ssize_t __wrap_pwrite(int file, const void *bytes, size_t length, off_t offset)
{
	printf("write %zu at %ld\n", length, (long)offset);
	return __real_pwrite(file, bytes, length, offset);
}

int __wrap_fdatasync(int file)
{
	puts("sync");
	return fails ? -1 : __real_fdatasync(file);
}

_Noreturn void board_panic(const char *what)
{
	printf("panic %s\n", what);
	exit(1);
}

unsigned kernel_deliver(double now, unsigned party, const uint8_t *bytes, unsigned length)
{
	(void)now, (void)party;
	printf("done region %u operation %u status %u:", bytes[FLASH_DONE_REGION],
	       bytes[FLASH_DONE_OPERATION], bytes[FLASH_DONE_STATUS]);
	for (unsigned i = FLASH_DONE_DATA; i < length; i++)
		printf(" %02x", bytes[i]);
	putchar('\n');
	return 0;
}

static void submit(unsigned region, unsigned operation, uint32_t offset, const uint8_t *bytes,
		   unsigned length)
{
	printf("answer %u\n", flash_chip_submit(region, operation, offset, bytes, length));
}

int main(int count, char **words)
{
	static const uint8_t some[300] = {0xf0, 0x0f}, other[] = {0x3c};

	if (count != 2)
		return 2;
	flash_file_open(words[1]);
	flash_chip_start();
	puts("# bits are only cleared");
	submit(SECOND, FLASH_WRITE, 0, some, 2);
	submit(SECOND, FLASH_WRITE, 0, other, 1);
	submit(SECOND, FLASH_READ, 0, NULL, 3);
	puts("# nothing is told before the loop comes round");
	flash_chip_poll(0);
	puts("# over the end of a sector of the disk");
	submit(FIRST, FLASH_WRITE, 500, some, 20);
	submit(FIRST, FLASH_ERASE, 4096, NULL, FLASH_SECTOR_LENGTH);
	flash_chip_poll(0);
	puts("# how sectors begin and how far they are used");
	submit(FIRST, FLASH_WRITE, 0, some, 1);
	submit(FIRST, FLASH_SURVEY, 0, NULL, 3);
	submit(FIRST, FLASH_SURVEY, 0, NULL, 127);
	submit(SECOND, FLASH_SURVEY, 0, NULL, 2);
	flash_chip_poll(0);
	puts("# a disk that fails");
	fails = 1;
	submit(FIRST, FLASH_WRITE, 0, other, 1);
	flash_chip_poll(0);
	puts("# more than there is room for");
	for (unsigned i = 0; i < 17; i++)
		submit(FIRST, FLASH_READ, 0, NULL, 1);
	printf("busy %d\n", flash_chip_busy());
	return 0;
}
