#include "flash-chip.h"

#include <string.h>

#include "../kernel/check.h"
#include "../kernel/kernel.h"
#include "../kernel/party.h"
#include "../kernel/sent.h"
#include "../kernel/table.h"
#include "port.h"

/* The kernel has one operation of each region under way at most. */
#define WAITING_MAX 16u

enum { WORKED = 0, FAILED = 1 };

struct done {
	/* In the chip; and the end of the region. */
	uint32_t offset, end;
	uint16_t length;
	uint8_t region, operation, status;
};

static struct done list[WAITING_MAX];
/* A completion; and while a write is under way, the cells that it changes. */
static uint8_t message[FLASH_DONE_DATA + FLASH_TRANSFER_MAX];
static unsigned first, count;

void flash_chip_start(void)
{
	check(table_region_count <= WAITING_MAX, "more regions than the flash chip has room for");
	first = count = 0;
}

/* Regions lie one behind the other, in the order of the table. */
static uint32_t base_of(unsigned region, uint32_t *end)
{
	uint32_t base = 0;

	for (unsigned i = 0; i < table_region_count; i++) {
		*end = base + table_regions[i].bytes;
		if (table_regions[i].id == region)
			return base;
		base = *end;
	}
	board_panic("a flash region that is not there");
}

/* A NOR chip clears bits; only an erase sets them. */
static bool program(uint32_t offset, const uint8_t *bytes, unsigned length)
{
	uint8_t *const cells = message;

	if (!port_flash_read(offset, cells, length))
		return false;
	for (unsigned i = 0; i < length; i++)
		cells[i] &= bytes[i];
	return port_flash_write(offset, cells, length);
}

unsigned flash_chip_submit(unsigned region, unsigned operation, uint32_t offset,
			   const uint8_t *bytes, unsigned length)
{
	struct done *done = &list[(first + count) % WAITING_MAX];
	bool good = true;

	if (count == WAITING_MAX)
		return SENT_FULL;
	done->offset = base_of(region, &done->end) + offset;
	done->length = (uint16_t)length;
	done->region = (uint8_t)region;
	done->operation = (uint8_t)operation;
	if (operation == FLASH_WRITE)
		good = program(done->offset, bytes, length);
	else if (operation == FLASH_ERASE)
		good = port_flash_erase(done->offset);
	done->status = (uint8_t)(good ? WORKED : FAILED);
	count++;
	return SENT_OK;
}

/* Bytes of a sector up to the last one that is not erased; 0 where the first one is. */
static bool extent_of(uint32_t sector, unsigned *extent)
{
	enum { PIECE = 64 };
	uint8_t piece[PIECE];

	*extent = 0;
	if (!port_flash_read(sector, piece, 1))
		return false;
	if (piece[0] == 0xff)
		return true;
	for (uint32_t at = FLASH_SECTOR_LENGTH; *extent == 0;) {
		at -= PIECE;
		if (!port_flash_read(sector + at, piece, PIECE))
			return false;
		for (unsigned i = PIECE; i > 0 && *extent == 0; i--) {
			if (piece[i - 1] != 0xff)
				*extent = at + i;
		}
	}
	return true;
}

/* The answer's length in bytes, 0: the chip failed. */
static unsigned survey(const struct done *done, uint8_t *bytes)
{
	const unsigned each = FLASH_SURVEY_BEGIN + done->length;
	uint32_t sector = done->offset;
	unsigned at = 0;

	for (; at + each <= FLASH_TRANSFER_MAX && sector < done->end; at += each) {
		unsigned extent;

		if (!extent_of(sector, &extent) ||
		    !port_flash_read(sector, bytes + at + FLASH_SURVEY_BEGIN, done->length))
			return 0;
		bytes[at] = (uint8_t)extent;
		bytes[at + 1] = (uint8_t)(extent >> 8);
		sector += FLASH_SECTOR_LENGTH;
	}
	return at;
}

/* What the chip has to say, in bytes; 0: it failed. */
static unsigned content_of(const struct done *done, uint8_t *bytes)
{
	if (done->operation == FLASH_SURVEY)
		return survey(done, bytes);
	return port_flash_read(done->offset, bytes, done->length) ? done->length : 0;
}

static void complete(double now, const struct done *done)
{
	unsigned length = FLASH_DONE_DATA;

	message[FLASH_DONE_REGION] = done->region;
	message[FLASH_DONE_OPERATION] = done->operation;
	message[FLASH_DONE_STATUS] = done->status;
	if (done->operation == FLASH_READ || done->operation == FLASH_SURVEY) {
		const unsigned content = content_of(done, message + FLASH_DONE_DATA);

		length += content;
		if (content == 0)
			message[FLASH_DONE_STATUS] = FAILED;
	}
	kernel_deliver(now, PARTY_FLASH, message, length);
}

void flash_chip_poll(double now)
{
	for (unsigned waiting = count; waiting > 0; waiting--) {
		const struct done done = list[first];

		first = (first + 1) % WAITING_MAX;
		count--;
		complete(now, &done);
	}
}

bool flash_chip_busy(void)
{
	return count > 0;
}
