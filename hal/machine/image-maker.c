/*
 * A tool of the host: compiles and evaluates modules, freezes what they made together with the
 * engine's built-ins, and writes the memory that holds it. Run twice at two addresses, and linked
 * at two addresses, it lets tools/builder/image.ts tell pointers from numbers: no word is guessed.
 *
 * image-maker ADDRESS BYTES MEMORY-OUT PROGRAM-OUT HOLES-OUT LAYOUT-OUT MODULE...
 */
#include <sys/mman.h>

#include "bytecode.h"
#include "freeze.h"
#include "image.h"
#include "layout.h"
#include "verbs.h"
#include "xsScript.h"

extern char __executable_start[], _end[];

/* At image time only the addresses of the verbs count: nobody calls one. */
#define VERB_DEFINITION(call, name, arguments) void call(txMachine *the) { mxUnknownError(name); }
VERBS(VERB_DEFINITION)

#define VERB_ROW(call, name, arguments) { name, call, arguments },
static const struct verb {
	const char *name;
	txCallback call;
	txInteger arguments;
} verbs[] = { VERBS(VERB_ROW) };

static struct image *image;
static struct heap heap;

static _Noreturn void fail(const char *what, const char *of)
{
	fprintf(stderr, "image-maker: %s: %s\n", of, what);
	exit(1);
}

/* `heddle.constructor(partition, f)` and `heddle.environment(partition, o)` keep their value. */
static void keep(txMachine *the, txSlot *places)
{
	txInteger partition = fxToInteger(the, mxArgv(0));

	if (partition < 0 || partition >= IMAGE_PARTITIONS || mxArgc < 2)
		mxRangeError("no such partition");
	places[partition].kind = mxArgv(1)->kind;
	places[partition].value = mxArgv(1)->value;
}

static void keep_constructor(txMachine *the)
{
	keep(the, image->constructors);
}

static void keep_environment(txMachine *the)
{
	keep(the, image->environments);
}

/* Defining takes the object from the stack; the value stays and is dropped. */
static void put(txMachine *the, txSlot *object, txCallback call, txInteger arguments,
		const char *name)
{
	fxNewHostFunction(the, call, arguments, XS_NO_ID, XS_NO_ID);
	mxPushSlot(object);
	fxDefineID(the, fxNewNameC(the, (txString)name), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
}

/* The global `heddle`, which modules see while they are evaluated and never again. */
static void open_global(txMachine *the)
{
	txSlot *heddle, *table;

	mxPush(mxObjectPrototype);
	heddle = (fxNewObjectInstance(the), the->stack);
	put(the, heddle, keep_constructor, 2, "constructor");
	put(the, heddle, keep_environment, 2, "environment");
	mxPush(mxObjectPrototype);
	table = (fxNewObjectInstance(the), the->stack);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		put(the, table, verbs[i].call, verbs[i].arguments, verbs[i].name);
	mxPushSlot(heddle);
	fxDefineID(the, fxNewNameC(the, "verbs"), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
	mxPush(mxGlobal);
	fxDefineID(the, fxNewNameC(the, "heddle"), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
}

static void close_global(txMachine *the)
{
	mxPush(mxGlobal);
	fxDeleteID(the, fxNewNameC(the, "heddle"));
	mxPop();
}

static void name_all(txMachine *the)
{
	struct names *names = &image->names;

	names->receive = fxNewNameC(the, "receive");
	names->tick = fxNewNameC(the, "tick");
	names->due_at = fxNewNameC(the, "dueAt");
	names->peer_restarted = fxNewNameC(the, "peerRestarted");
	names->place = fxNewNameC(the, "place");
	names->message = fxNewNameC(the, "message");
}

static const char *evaluating;

static void rejected(txMachine *the)
{
	fail(fxToString(the, mxArgv(0)), evaluating);
}

static void fulfilled(txMachine *the)
{
	(void)the;
}

static void evaluate(txMachine *the, const char *path)
{
	txSlot *realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;

	evaluating = path;
	fxBeginHost(the);
	mxPushStringC((txString)path);
	fxRunImport(the, realm, XS_NO_ID);
	mxDub();
	fxGetID(the, mxID(_then));
	mxCall();
	fxNewHostFunction(the, fulfilled, 1, XS_NO_ID, XS_NO_ID);
	fxNewHostFunction(the, rejected, 1, XS_NO_ID, XS_NO_ID);
	mxRunCount(2);
	mxPop();
	while (the->has_jobs) {
		the->has_jobs = 0;
		fxRunPromiseJobs(the);
	}
	fxEndHost(the);
}

txID fxFindModule(txMachine *the, txSlot *realm, txID module, txSlot *name)
{
	(void)realm;
	(void)module;
	return fxNewNameC(the, fxToString(the, name));
}

void fxLoadModule(txMachine *the, txSlot *module, txID id)
{
	txScript script;

	if (!bytecode_of(the, &heap, fxGetKeyName(the, id), &script))
		fail("does not compile", evaluating);
	fxResolveModule(the, module, id, &script, C_NULL, C_NULL);
}

static void write_file(const char *path, const void *start, size_t bytes)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(start, 1, bytes, file) != bytes || fclose(file) != 0)
		fail("cannot be written", path);
}

/* What layout.c compares with the target's. */
static void write_layout(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		fail("cannot be written", path);
#define LAYOUT_LINE(name, value) fprintf(file, "#define LAYOUT_" #name " %uu\n", (unsigned)(value));
	LAYOUT(LAYOUT_LINE)
	fclose(file);
}

/* All of the root machine's memory is taken at once; what stays unused is left out as a hole. */
static txMachine *make_root(void)
{
	txCreation creation = {
		.initialChunkSize = 64 * 1024,
		.incrementalChunkSize = 16 * 1024,
		.initialHeapCount = 8 * 1024,
		.incrementalHeapCount = 1024,
		.stackCount = 4096,
		.initialKeyCount = 8 * 1024,
		.incrementalKeyCount = 1024,
		.nameModulo = IMAGE_NAME_MODULO,
		.symbolModulo = IMAGE_SYMBOL_MODULO,
	};

	return fxCreateMachine(&creation, "image", NULL, XS_NO_ID);
}

int main(int argc, char **argv)
{
	uint8_t *base;
	size_t bytes, header = sizeof(struct image) + 15 & ~(size_t)15;
	unsigned states;
	txMachine *the;

	if (argc < 8)
		fail("ADDRESS BYTES MEMORY-OUT PROGRAM-OUT HOLES-OUT LAYOUT-OUT MODULE...", "usage");
	base = (uint8_t *)(uintptr_t)strtoull(argv[1], NULL, 0);
	bytes = strtoull(argv[2], NULL, 0);
	if (mmap(base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		 -1, 0) != base)
		fail("cannot be mapped", argv[1]);
	image = (struct image *)base;
	heap_open(&heap, base + header, bytes - header);
	heap_choose(&heap);
	the = make_root();
	if (the == NULL)
		fail("no memory for the root machine", argv[2]);
	freeze_keep(the, image);
	fxBeginHost(the);
	open_global(the);
	name_all(the);
	fxEndHost(the);
	states = freeze_states(the);
	for (int i = 7; i < argc; i++) {
		evaluate(the, argv[i]);
		if (freeze_states(the) != states)
			fail("keeps a Map, Set, Date, RegExp or weak reference at module level", argv[i]);
	}
	fxBeginHost(the);
	close_global(the);
	fxEndHost(the);
	freeze(the, image, &heap, argv[5]);
	write_layout(argv[6]);
	write_file(argv[3], base, bytes);
	write_file(argv[4], __executable_start, (size_t)(_end - __executable_start));
	return 0;
}
