/*
 * The device kernel on a bench: a board whose lines are the standard streams. It reads one request
 * a line, and answers with the reports of the puppets meanwhile, a line each, and a `done`.
 *
 *   start NOW | run NOW | due | tell NOW PARTITION HEX | inject PARTITION FAULT
 *   release NOW PARTITION | power PARTITION 0|1 | flash 0|1 | counters PARTITION | quit
 */

#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../hal/kernel/board.h"
#include "../../../hal/kernel/kernel.h"
#include "../../../hal/kernel/party.h"
#include "../../../hal/kernel/sent.h"

#define FLASH_BYTES 8192u
#define COMMAND_MAX 64u
/* One region works at one operation at a time, and a completion may start the next. */
#define COMPLETIONS_MAX 4u

static uint8_t flash[FLASH_BYTES];
static bool flash_runs = true;
static struct completion {
	uint8_t bytes[FLASH_DONE_DATA + FLASH_TRANSFER_MAX];
	unsigned length;
} completions[COMPLETIONS_MAX];
static unsigned completion_count;
static bool off[PARTY_KERNEL];

bool bench_power(unsigned partition)
{
	return !off[partition];
}

unsigned board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length)
{
	if (verb == DEVICE_READ)
		return bench_power(party - LINE_PARTY);
	printf("report %u ", party - LINE_PARTY);
	for (unsigned i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
	return SENT_OK;
}

void board_peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	(void)party;
	memset(address, 0, BOARD_ADDRESS_LENGTH);
}

/* Of each sector how far it is used, and its first bytes. */
static unsigned survey(uint32_t offset, unsigned length, uint8_t *answer)
{
	unsigned at = 0;

	for (; offset < FLASH_BYTES && at + FLASH_SURVEY_BEGIN + length <= FLASH_TRANSFER_MAX;
	     offset += FLASH_SECTOR_LENGTH) {
		unsigned extent = flash[offset] == 0xff ? 0 : FLASH_SECTOR_LENGTH;

		while (extent > 0 && flash[offset + extent - 1] == 0xff)
			extent--;
		answer[at] = (uint8_t)extent;
		answer[at + 1] = (uint8_t)(extent >> 8);
		memcpy(answer + at + FLASH_SURVEY_BEGIN, flash + offset, length);
		at += FLASH_SURVEY_BEGIN + length;
	}
	return at;
}

unsigned board_flash(unsigned region, unsigned operation, uint32_t offset, const uint8_t *bytes,
		     unsigned length)
{
	if (completion_count == COMPLETIONS_MAX)
		board_panic("the chip was asked twice");
	struct completion *const done = &completions[completion_count++];
	memset(done, 0, sizeof *done);
	done->bytes[FLASH_DONE_REGION] = (uint8_t)region;
	done->bytes[FLASH_DONE_OPERATION] = (uint8_t)operation;
	done->length = FLASH_DONE_DATA;
	if (operation == FLASH_ERASE) {
		memset(flash + offset, 0xff, FLASH_SECTOR_LENGTH);
	} else if (operation == FLASH_WRITE) {
		for (unsigned i = 0; i < length; i++)
			flash[offset + i] &= bytes[i];
	} else if (operation == FLASH_SURVEY) {
		done->length += survey(offset, length, done->bytes + FLASH_DONE_DATA);
	} else {
		memcpy(done->bytes + FLASH_DONE_DATA, flash + offset, length);
		done->length += length;
	}
	return SENT_OK;
}

void board_entropy(uint8_t *bytes, unsigned length)
{
	memset(bytes, 0, length);
}

/* A bit for each puppet that is off, for puppets that are no C. */
double board_utc_ms(void)
{
	unsigned bits = 0;

	for (unsigned partition = 0; partition < 32; partition++)
		bits |= (unsigned)off[partition] << partition;
	return bits;
}

unsigned board_utc_quality(void)
{
	return 0;
}

void board_feed_watchdog(void)
{
}

_Noreturn void board_panic(const char *what)
{
	fprintf(stderr, "kernel: %s\n", what);
	abort();
}

static bool run(double now)
{
	struct completion taken[COMPLETIONS_MAX];
	const unsigned count = completion_count;

	if (flash_runs) {
		memcpy(taken, completions, sizeof taken);
		completion_count = 0;
		for (unsigned i = 0; i < count; i++)
			kernel_deliver(now, PARTY_FLASH, taken[i].bytes, taken[i].length);
	}
	return kernel_run(now) || (flash_runs && completion_count > 0);
}

static unsigned tell(double now, unsigned partition, const char *hex)
{
	uint8_t bytes[COMMAND_MAX];
	unsigned length = 0;
	unsigned value = 0;

	while (length < COMMAND_MAX && sscanf(hex + length * 2, "%2x", &value) == 1)
		bytes[length++] = (uint8_t)value;
	return kernel_deliver(now, LINE_PARTY + partition, bytes, length);
}

static void done_counters(unsigned partition)
{
	const struct partition_counters *const c = kernel_counters_of(partition);

	printf("done %u %u %u %u %u %u %u\n", (unsigned)c->received, (unsigned)c->sent,
	       (unsigned)c->refused, (unsigned)c->full, (unsigned)c->unreachable,
	       (unsigned)c->restarts, (unsigned)c->faults);
}

static void start(double now)
{
	memset(flash, 0xff, sizeof flash);
	memset(off, 0, sizeof off);
	completion_count = 0;
	flash_runs = true;
	kernel_start(now);
}

/* One request; false: it is none. */
static bool obey(const char *line)
{
	char hex[2 * COMMAND_MAX + 1] = "";
	double now;
	unsigned a;
	unsigned b;

	if (sscanf(line, "counters %u", &a) == 1) {
		done_counters(a);
		return true;
	}
	double answer = 0;
	if (sscanf(line, "start %lf", &now) == 1)
		start(now);
	else if (sscanf(line, "run %lf", &now) == 1)
		answer = run(now);
	else if (strncmp(line, "due", 3) == 0)
		answer = kernel_due_at();
	else if (sscanf(line, "tell %lf %u %128s", &now, &a, hex) >= 2)
		answer = tell(now, a, hex);
	else if (sscanf(line, "inject %u %u", &a, &b) == 2)
		kernel_inject(a, b);
	else if (sscanf(line, "release %lf %u", &now, &a) == 2)
		kernel_release(now, a);
	else if (sscanf(line, "power %u %u", &a, &b) == 2)
		off[a] = b == 0;
	else if (sscanf(line, "flash %u", &a) == 1)
		flash_runs = a != 0;
	else
		return false;
	printf("done %.17g\n", answer);
	return true;
}

int main(int count, char **arguments)
{
	char line[256];

	if (count != 3 || freopen(arguments[1], "r", stdin) == NULL ||
	    freopen(arguments[2], "w", stdout) == NULL)
		return 2;
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (!obey(line))
			return 1;
		fflush(stdout);
	}
	return 0;
}
