/* What a board gives to the kernel and to the machines: firmware/kernel/board.ts in C. */

#ifndef HEDDLE_BOARD_H
#define HEDDLE_BOARD_H

#include <stdint.h>

/* What a partition can ask of a device that it owns. */
enum device_verb {
	/* Serial lines, links: queue these bytes. Answers a `sent`. */
	DEVICE_SEND = 0,
	/* Radio, PLC: pulse the reset line. */
	DEVICE_RESET = 1,
	/* Wall clock: 8 bytes of UTC milliseconds, little-endian, and one of quality. */
	DEVICE_SET = 2,
	/* Power: 1 with mains present, else 0. Tamper: a bit for each input. */
	DEVICE_READ = 3,
};

/* One of the device's verbs, for its owner: the kernel has checked that. */
unsigned board_device(unsigned party, unsigned verb, const uint8_t *bytes, unsigned length);

/* The configured peer of a datagram link, 18 bytes. @see hal/datagram.ts */
#define BOARD_ADDRESS_LENGTH 18
void board_peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH]);

enum flash_operation { FLASH_READ = 0, FLASH_WRITE = 1, FLASH_ERASE = 2, FLASH_SURVEY = 3 };

#define FLASH_SECTOR_LENGTH 4096u
#define FLASH_TRANSFER_MAX 256u
/* Of a sector in a survey: how far it is used, 2 bytes, and then as much as was asked for. */
#define FLASH_SURVEY_BEGIN 2u
#define FLASH_SURVEY_BEGIN_MAX (FLASH_TRANSFER_MAX - FLASH_SURVEY_BEGIN)

/* A completion, for kernel_deliver(PARTY_FLASH): the offsets of `FlashDone` in hal/flash.ts. */
enum flash_done {
	FLASH_DONE_REGION = 0,
	FLASH_DONE_OPERATION = 1,
	FLASH_DONE_STATUS = 2,
	FLASH_DONE_DATA = 4,
};

/*
 * Starts one operation inside a region; its completion comes by kernel_deliver, between turns and
 * never from inside this call. A write's bytes are taken before it returns. SENT_FULL: the chip is
 * busy.
 */
unsigned board_flash(unsigned region, unsigned operation, uint32_t offset, const uint8_t *bytes,
		     unsigned length);

void board_entropy(uint8_t *bytes, unsigned length);

/* Milliseconds since 1970, 0 while unknown; and a `TimeQuality`. */
double board_utc_ms(void);
unsigned board_utc_quality(void);

/* After each turn, and only then. */
void board_feed_watchdog(void);

/* The kernel itself is wrong: say why if the board can, and start anew. Never returns. */
_Noreturn void board_panic(const char *what);

#endif
