/*
 * Partitions in C that use everything a board gives: echo-partitions.ts has the same in TypeScript.
 * `han` draws chance, writes flash and speaks to its radio; `manage` sets the clock and tells trust
 * the time; `trust` dies of its third message.
 */

#include "../../../hal/kernel/machine.h"

#include <math.h>
#include <string.h>

#include "../../../hal/crypto/crypto.h"
#include "../../../hal/kernel/board.h"
#include "../../../hal/kernel/party.h"
#include "../../../hal/machine/figures.h"

enum { TRUST = 2, HAN = 4, MANAGE = 8 };
enum { GRANT_SET = 42, PERIOD_MS = 100, NETWORK_REGION = 0 };

struct machine {
	double due;
	unsigned partition, turns;
};

enum machine_end machine_start(struct machine *machine, unsigned partition, double now)
{
	machine->partition = partition;
	machine->due = partition == TRUST ? INFINITY : now + PERIOD_MS;
	if (partition == HAN)
		kernel_device(HAN, PARTY_RADIO, DEVICE_RESET, NULL, 0);
	return MACHINE_OK;
}

static void han(struct machine *machine)
{
	uint8_t bytes[8];
	uint32_t offset = machine->turns * sizeof bytes % FLASH_SECTOR_LENGTH;

	board_entropy(bytes, sizeof bytes);
	/* An earlier life has written there. */
	if (machine->turns == 1)
		kernel_region(HAN, NETWORK_REGION, FLASH_ERASE, 0, NULL, FLASH_SECTOR_LENGTH);
	else
		kernel_region(HAN, NETWORK_REGION, FLASH_WRITE, offset, bytes, sizeof bytes);
	kernel_device(HAN, PARTY_RADIO, DEVICE_SEND, bytes, sizeof bytes);
}

static void manage(struct machine *machine, double now)
{
	uint8_t clock[9] = {0}, message[10];
	double utc = 1767225600000.0 + now;
	uint64_t whole = (uint64_t)utc;

	if (machine->turns == 2) {
		memcpy(clock, &whole, 8);
		clock[8] = 2;
		kernel_device(MANAGE, PARTY_WALL_CLOCK, DEVICE_SET, clock, sizeof clock);
	}
	utc = board_utc_ms();
	message[0] = GRANT_SET;
	memcpy(message + 1, &utc, sizeof utc);
	message[9] = (uint8_t)(board_utc_quality() << 4 |
			       kernel_device(MANAGE, PARTY_POWER, DEVICE_READ, NULL, 0));
	kernel_send(MANAGE, TRUST, message, sizeof message);
	kernel_send(MANAGE, HAN, message, sizeof message);
}

enum machine_end machine_tick(struct machine *machine, double now)
{
	machine->turns++;
	machine->due = now + PERIOD_MS;
	if (machine->partition == HAN)
		han(machine);
	else
		manage(machine, now);
	return MACHINE_OK;
}

enum machine_end machine_receive(struct machine *machine, double now, unsigned from,
				 uint8_t *bytes, unsigned length)
{
	(void)now;
	(void)bytes;
	(void)length;
	if (machine->partition == TRUST && from == MANAGE && ++machine->turns == 3)
		return MACHINE_THREW;
	return MACHINE_OK;
}

enum machine_end machine_peer_restarted(struct machine *machine, double now, unsigned peer)
{
	(void)machine;
	(void)now;
	(void)peer;
	return MACHINE_OK;
}

enum machine_end machine_due_at(struct machine *machine, double *due)
{
	*due = machine->due;
	return MACHINE_OK;
}

const char *machine_what(const struct machine *machine)
{
	(void)machine;
	return "the third message";
}

void machine_stop(struct machine *machine)
{
	(void)machine;
}

/* Partitions in C have no heap. */
void machine_figures(const struct machine *machine, struct machine_figures *figures)
{
	(void)machine;
	memset(figures, 0, sizeof *figures);
}

/* These partitions ask for no cryptography. */
void crypto_start(void)
{
}
