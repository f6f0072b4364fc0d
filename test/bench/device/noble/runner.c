/*
 * The runner of noble: the requests of the runners of hal/crypto, answered by a partition in a
 * machine of the engine. The machine is the boards' own but for its memory: noble has 1.4 MB of
 * AES tables alone, and a heap that grew in a board's small steps would be collected without end.
 */

#include <string.h>

#include "board.h"
#include "console.h"
#include "figures.h"
#include "instructions.h"
#include "machine.h"
#include "program.h"
/* Names of another kind in the engine's headers come after those of the runner. */
#include "xsAll.h"
#include "table.h"

enum {
	HEAP_BYTES = 3 * 1024 * 1024,
	STACK_BYTES = 64 * 1024,
	CHUNK_STEP = 64 * 1024,
	SLOT_STEP = 4096,
	KEY_STEP = 64,
	MESSAGE_MAX = 2048,
	ANSWER_MAX = 1024,
};

static _Alignas(16) uint8_t heap[HEAP_BYTES];
static _Alignas(16) uint8_t state[MACHINE_STATE_BYTES];
static const uint8_t inputs[] = { 0 };
static uint8_t message[MESSAGE_MAX], answer[ANSWER_MAX];
static unsigned message_length, answer_length;
static uint64_t start_instructions;

_Alignas(16) uint8_t table_stack[STACK_BYTES];
const uint32_t table_stack_bytes = sizeof table_stack;
const struct partition_row table_partitions[] = {
	{ .name = "noble", .heap = heap, .heap_bytes = sizeof heap, .steps_per_call = UINT32_MAX,
	  .inputs = inputs, .input_count = 1, .written = true },
};
const struct input_row table_inputs[] = { { .queue = { .slot_bytes = MESSAGE_MAX, .depth = 1 } } };

static verb verb_aes, verb_seal, verb_open, verb_sha256, verb_hmac;
static verb verb_sign, verb_verify, verb_agree, verb_public, verb_memory;
static void ask(struct request *request, unsigned verb, unsigned fields, bool numbered);

/* In the order of `Verb` in partition.ts, but for the last one. */
enum { AES, SEAL, OPEN, SHA256, HMAC, SIGN, VERIFY, AGREE, PUBLIC };
const struct program_verb program_verbs[] = {
	{ "aes", verb_aes },	   { "seal", verb_seal },     { "open", verb_open },
	{ "sha256", verb_sha256 }, { "hmac", verb_hmac },     { "sign", verb_sign },
	{ "verify", verb_verify }, { "agree", verb_agree },   { "public", verb_public },
	{ "memory", verb_memory }, { NULL, NULL },
};

/* The engine's clone, in larger steps. */
txMachine *__real_fxCloneMachine(txCreation *creation, txMachine *root, txString name,
				 void *context);
txMachine *__wrap_fxCloneMachine(txCreation *creation, txMachine *root, txString name,
				 void *context);
txMachine *__wrap_fxCloneMachine(txCreation *creation, txMachine *root, txString name,
				 void *context)
{
	txCreation roomy = *creation;

	roomy.initialChunkSize = roomy.incrementalChunkSize = CHUNK_STEP;
	roomy.initialHeapCount = roomy.incrementalHeapCount = SLOT_STEP;
	roomy.initialKeyCount = roomy.incrementalKeyCount = KEY_STEP;
	return __real_fxCloneMachine(&roomy, root, name, context);
}

static struct machine *noble(void)
{
	return (struct machine *)state;
}

static void expect(enum machine_end end)
{
	if (end != MACHINE_OK)
		console_end(machine_what(noble()));
}

void program_start(void)
{
	uint64_t since = instructions();

	expect(machine_start(noble(), 0, 0));
	start_instructions = instructions() - since;
}

static void verb_aes(struct request *request)
{
	ask(request, AES, 2, false);
}

static void verb_seal(struct request *request)
{
	ask(request, SEAL, 4, true);
}

static void verb_open(struct request *request)
{
	ask(request, OPEN, 4, true);
}

static void verb_sha256(struct request *request)
{
	ask(request, SHA256, 1, false);
}

static void verb_hmac(struct request *request)
{
	ask(request, HMAC, 2, false);
}

/* The limit of a step, which P-256's requests end with, is nothing to noble. */
static void verb_sign(struct request *request)
{
	ask(request, SIGN, 2, false);
}

static void verb_verify(struct request *request)
{
	ask(request, VERIFY, 3, false);
}

static void verb_agree(struct request *request)
{
	ask(request, AGREE, 2, false);
}

static void verb_public(struct request *request)
{
	ask(request, PUBLIC, 1, false);
}

/* What the machine's start took; then the most that it has used of its heap, and of its stack. */
static void verb_memory(struct request *request)
{
	struct machine_figures figures;

	(void)request;
	machine_figures(noble(), &figures);
	console_number(start_instructions);
	console_text(" ");
	console_number(figures.heap_peak);
	console_text(" ");
	console_number(figures.stack_peak);
}

static void put_field(const uint8_t *bytes, unsigned length)
{
	if (message_length + 2 + length > sizeof message)
		console_end("a message is too long");
	message[message_length++] = (uint8_t)length;
	message[message_length++] = (uint8_t)(length >> 8);
	memcpy(message + message_length, bytes, length);
	message_length += length;
}

/* So many fields of bytes, and behind them perhaps a number; answers what the call took. */
static void ask(struct request *request, unsigned verb, unsigned fields, bool numbered)
{
	message[0] = (uint8_t)verb;
	message_length = 1;
	for (unsigned i = 0; i < fields; i++) {
		struct field field = request_bytes(request, i, 0);

		put_field(field.bytes, field.length);
	}
	if (numbered)
		put_field((const uint8_t[]){ (uint8_t)request_number(request, fields) }, 1);
	uint64_t since = instructions();
	enum machine_end end = machine_receive(noble(), 0, 0, message, message_length);

	since = instructions() - since;
	expect(end);
	console_number(since);
	console_text(" ");
	console_hex(answer, answer_length);
}

/* The kernel, as the machine calls it. */

unsigned kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	(void)from, (void)to;
	if (length > sizeof answer)
		return KERNEL_BREACH;
	/* Without bytes it has no address either. */
	if (length > 0)
		memcpy(answer, bytes, length);
	answer_length = length;
	return 0;
}

/* The board, which noble asks for nothing. */

_Noreturn void board_panic(const char *what)
{
	console_end(what);
}

void board_peer(unsigned party, uint8_t address[BOARD_ADDRESS_LENGTH])
{
	(void)party;
	memset(address, 0, BOARD_ADDRESS_LENGTH);
}

void board_entropy(uint8_t *bytes, unsigned length)
{
	(void)bytes, (void)length;
	board_panic("noble was asked for nothing that takes chance");
}

double board_utc_ms(void)
{
	return 0;
}

unsigned board_utc_quality(void)
{
	return 0;
}
