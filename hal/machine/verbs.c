/* Ports, devices, regions, entropy and clocks for partitions, over the kernel and the board. */
#include "verbs.h"

#include <string.h>

#include "arguments.h"
#include "board.h"
#include "image.h"
#include "life.h"
#include "machine.h"
#include "stack.h"

static struct life *life_of(txMachine *the)
{
	return the->context;
}

/* What the port, device or region is called in the kernel: a Party or a Region. */
static unsigned place_of(txMachine *the)
{
	uint32_t place = 0;

	mxPushSlot(mxThis);
	mxGetID(image.names.place);
	if (!whole_of(the->stack, &place))
		mxTypeError("this is no port, device or region");
	mxPop();
	return place;
}

static void answer(txMachine *the, unsigned sent)
{
	if (sent == KERNEL_BREACH)
		mxTypeError("the table does not allow it");
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = (txInteger)sent;
}

/* The message in arguments 0 and 1; a length that is not true of it is for the kernel to refuse. */
static unsigned message_of(txMachine *the, struct bytes *bytes)
{
	uint32_t length;

	if (!bytes_of(argument(the, 0), bytes) || bytes->length == 0) {
		bytes->start = NULL;
		return 0;
	}
	if (!whole_of(argument(the, 1), &length) || length > bytes->length ||
	    length >= KERNEL_LENGTH_WRONG)
		return KERNEL_LENGTH_WRONG;
	return length;
}

void verb_send(txMachine *the)
{
	struct bytes bytes;
	unsigned to = place_of(the), length = message_of(the, &bytes);

	answer(the, kernel_send(life_of(the)->partition, to, bytes.start, length));
}

static void ask_device(txMachine *the, unsigned verb, const uint8_t *bytes, unsigned length)
{
	answer(the, kernel_device(life_of(the)->partition, place_of(the), verb, bytes, length));
}

void verb_device_send(txMachine *the)
{
	uint32_t length = whole_argument(the, 1);

	/* The place is found first: it may make the engine move the bytes. */
	unsigned party = place_of(the);
	const uint8_t *bytes = read_argument(the, 0, 0, length);

	answer(the, kernel_device(life_of(the)->partition, party, DEVICE_SEND, bytes, length));
}

void verb_device_reset(txMachine *the)
{
	ask_device(the, DEVICE_RESET, NULL, 0);
}

void verb_device_read(txMachine *the)
{
	ask_device(the, DEVICE_READ, NULL, 0);
}

void verb_clock_set(txMachine *the)
{
	uint8_t time[9];
	uint64_t utc_ms = (uint64_t)number_argument(the, 0);

	for (unsigned i = 0; i < 8; i++)
		time[i] = (uint8_t)(utc_ms >> 8 * i);
	time[8] = (uint8_t)whole_argument(the, 1);
	ask_device(the, DEVICE_SET, time, sizeof time);
}

/* The one array of the machine's life that holds the link's configured peer. */
void verb_peer(txMachine *the)
{
	struct bytes bytes;
	unsigned party = place_of(the);

	if (!bytes_of(stack_kept(KEPT_PEER), &bytes)) {
		mxPush(mxUint8ArrayConstructor);
		mxNew();
		mxPushInteger(BOARD_ADDRESS_LENGTH);
		mxRunCount(1);
		mxPullSlot(stack_kept(KEPT_PEER));
		if (!bytes_of(stack_kept(KEPT_PEER), &bytes))
			mxUnknownError("no array for the peer");
		board_peer(party, bytes.start);
	}
	*mxResult = *stack_kept(KEPT_PEER);
	mxResult->next = NULL;
}

static void ask_region(txMachine *the, unsigned operation, const uint8_t *bytes, unsigned length)
{
	unsigned region = place_of(the);
	uint32_t offset = whole_argument(the, 0);

	answer(the, kernel_region(life_of(the)->partition, region, operation, offset, bytes, length));
}

void verb_region_read(txMachine *the)
{
	ask_region(the, FLASH_READ, NULL, whole_argument(the, 1));
}

void verb_region_write(txMachine *the)
{
	uint32_t start = whole_argument(the, 2), length = whole_argument(the, 3);
	uint32_t offset = whole_argument(the, 0);
	unsigned region = place_of(the);
	const uint8_t *bytes = read_argument(the, 1, start, length);

	answer(the, kernel_region(life_of(the)->partition, region, FLASH_WRITE, offset, bytes,
				  length));
}

void verb_region_erase(txMachine *the)
{
	ask_region(the, FLASH_ERASE, NULL, FLASH_SECTOR_LENGTH);
}

void verb_region_survey(txMachine *the)
{
	ask_region(the, FLASH_SURVEY, NULL, whole_argument(the, 1));
}

void verb_entropy_fill(txMachine *the)
{
	uint32_t start = whole_argument(the, 1), length = whole_argument(the, 2);

	board_entropy(write_argument(the, 0, start, length), length);
}

void verb_utc_ms(txMachine *the)
{
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = board_utc_ms();
}

void verb_utc_quality(txMachine *the)
{
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = (txInteger)board_utc_quality();
}

void verb_started_at(txMachine *the)
{
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = life_of(the)->started_at;
}
