/*
 * A partition that does what it is told on its serial line and reports all that happens to it:
 * test/conformance/puppet.ts in C, as the machine of every partition of the bench.
 */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../../../hal/kernel/board.h"
#include "../../../hal/kernel/machine.h"
#include "../../../hal/kernel/party.h"
#include "../../../hal/kernel/sent.h"
#include "bench.h"

#define OPERATION_AUDIT_EVENT 56
#define AUDIT_EVENT_LENGTH 16u
#define COMMAND_LENGTH 6
#define MESSAGE_LENGTH 400u
#define WRITTEN 0x5a

/* Byte 0 of a command, and of a report: test/conformance/puppet-protocol.ts. */
enum command {
	COMMAND_SEND = 1,
	COMMAND_THROW = 2,
	COMMAND_DUE = 3,
	COMMAND_SPIN = 4,
	COMMAND_FLASH = 5,
	COMMAND_THROW_AT_MESSAGE = 6,
	COMMAND_THROW_AT_NEWS = 7,
	COMMAND_ECHO = 8,
	COMMAND_SEND_AT_NEWS = 9,
	COMMAND_SEND_BEYOND = 10,
};

enum report {
	REPORT_STARTED = 1,
	REPORT_RECEIVED = 2,
	REPORT_ANSWERS = 3,
	REPORT_TICK = 4,
	REPORT_NEWS = 5,
	REPORT_FLASH_DONE = 6,
	REPORT_FLASH_ANSWER = 7,
	REPORT_AUDIT = 8,
};

struct machine {
	double due;
	unsigned partition;
	int sends_at_news;
	bool throws_at_message;
	bool throws_at_news;
	bool echoes;
};

_Static_assert(sizeof(struct machine) <= MACHINE_STATE_BYTES, "a puppet fits into its storage");

#define SAY(machine, ...)                                                                          \
	say(machine, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void say(const struct machine *machine, const uint8_t *report, unsigned length)
{
	kernel_device(machine->partition, LINE_PARTY + machine->partition, DEVICE_SEND, report,
		      length);
}

static void say_answers(const struct machine *machine, unsigned to, unsigned operation,
			const uint8_t answers[4])
{
	SAY(machine, REPORT_ANSWERS, (uint8_t)to, (uint8_t)operation, answers[SENT_OK],
	    answers[SENT_FULL], answers[SENT_RESTARTED], answers[SENT_REFUSED]);
}

static void send(const struct machine *machine, unsigned to, unsigned operation, unsigned length,
		 unsigned times)
{
	uint8_t message[MESSAGE_LENGTH];
	uint8_t answers[4] = {0};

	for (unsigned i = 1; i < MESSAGE_LENGTH; i++)
		message[i] = (uint8_t)(i * 7 + to);
	message[0] = (uint8_t)operation;
	if (length > MESSAGE_LENGTH)
		length = KERNEL_LENGTH_WRONG;
	for (unsigned i = 0; i < times; i++)
		answers[kernel_send(machine->partition, to, message, length)]++;
	say_answers(machine, to, operation, answers);
}

static void send_beyond(const struct machine *machine, unsigned to, unsigned operation,
			unsigned length)
{
	const uint8_t message[4] = {(uint8_t)operation};
	uint8_t answers[4] = {0};

	if (length > sizeof message)
		length = KERNEL_LENGTH_WRONG;
	answers[kernel_send(machine->partition, to, message, length)]++;
	say_answers(machine, to, operation, answers);
}

static enum machine_end use_flash(const struct machine *machine, unsigned offset, unsigned length,
				  unsigned operation)
{
	uint8_t bytes[FLASH_TRANSFER_MAX];
	unsigned answer = SENT_REFUSED;

	memset(bytes, WRITTEN, sizeof bytes);
	if (operation == FLASH_ERASE)
		length = FLASH_SECTOR_LENGTH;
	if (operation <= FLASH_SURVEY)
		answer = kernel_region(machine->partition, 0, operation, offset, bytes, length);
	if (answer == KERNEL_BREACH)
		return MACHINE_THREW;
	SAY(machine, REPORT_FLASH_ANSWER, (uint8_t)operation, (uint8_t)answer);
	return MACHINE_OK;
}

static enum machine_end obey(struct machine *machine, double now, const uint8_t *command)
{
	const unsigned a = command[1];
	const unsigned b = command[2];
	const unsigned length = command[3] | (unsigned)command[4] << 8;

	switch ((enum command)command[0]) {
	case COMMAND_SEND:
		send(machine, a, b, length, command[5]);
		break;
	case COMMAND_THROW:
		return MACHINE_THREW;
	case COMMAND_DUE:
		machine->due = now + (a | b << 8);
		break;
	case COMMAND_SPIN:
		machine->due = -INFINITY;
		break;
	case COMMAND_FLASH:
		return use_flash(machine, a | b << 8, length, command[5]);
	case COMMAND_THROW_AT_MESSAGE:
		machine->throws_at_message = true;
		break;
	case COMMAND_THROW_AT_NEWS:
		machine->throws_at_news = true;
		break;
	case COMMAND_ECHO:
		machine->echoes = true;
		break;
	case COMMAND_SEND_AT_NEWS:
		machine->sends_at_news = (int)a;
		break;
	case COMMAND_SEND_BEYOND:
		send_beyond(machine, a, b, length);
		break;
	}
	return MACHINE_OK;
}

static enum machine_end take_message(const struct machine *machine, unsigned from,
				     const uint8_t *bytes, unsigned length)
{
	unsigned sum = 0;

	if (machine->throws_at_message)
		return MACHINE_THREW;
	if (bytes[0] == OPERATION_AUDIT_EVENT && length == AUDIT_EVENT_LENGTH) {
		SAY(machine, REPORT_AUDIT, (uint8_t)from, bytes[1], bytes[4], bytes[5], bytes[6],
		    bytes[7]);
		return MACHINE_OK;
	}
	for (unsigned i = 0; i < length; i++)
		sum = (sum + bytes[i]) & 0xffff;
	SAY(machine, REPORT_RECEIVED, (uint8_t)from, bytes[0], (uint8_t)length,
	    (uint8_t)(length >> 8), (uint8_t)sum, (uint8_t)(sum >> 8));
	if (machine->echoes)
		kernel_send(machine->partition, from, bytes, length);
	return MACHINE_OK;
}

enum machine_end machine_start(struct machine *machine, unsigned partition, double now)
{
	(void)now;
	*machine = (struct machine){.due = INFINITY, .partition = partition, .sends_at_news = -1};
	if (!bench_power(partition))
		return MACHINE_THREW;
	SAY(machine, REPORT_STARTED);
	return MACHINE_OK;
}

enum machine_end machine_receive(struct machine *machine, double now, unsigned from,
				 uint8_t *bytes, unsigned length)
{
	uint8_t command[COMMAND_LENGTH] = {0};

	if (from >= LINE_PARTY) {
		memcpy(command, bytes, length < sizeof command ? length : sizeof command);
		return obey(machine, now, command);
	}
	if (from != PARTY_FLASH)
		return take_message(machine, from, bytes, length);
	SAY(machine, REPORT_FLASH_DONE, bytes[FLASH_DONE_OPERATION], bytes[FLASH_DONE_STATUS],
	    length > FLASH_DONE_DATA ? bytes[FLASH_DONE_DATA] : 0);
	return MACHINE_OK;
}

enum machine_end machine_tick(struct machine *machine, double now)
{
	(void)now;
	if (machine->due == -INFINITY)
		return MACHINE_OK;
	machine->due = INFINITY;
	SAY(machine, REPORT_TICK);
	return MACHINE_OK;
}

enum machine_end machine_peer_restarted(struct machine *machine, double now, unsigned peer)
{
	(void)now;
	SAY(machine, REPORT_NEWS, (uint8_t)peer);
	if (machine->throws_at_news)
		return MACHINE_THREW;
	if (machine->sends_at_news >= 0)
		send(machine, (unsigned)machine->sends_at_news, 1, 16, 1);
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
	return "told to throw";
}

void machine_stop(struct machine *machine)
{
	(void)machine;
}
