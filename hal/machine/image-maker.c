/*
 * A tool of the host: evaluates the base's script, freezes what it made together with the engine's
 * built-ins, and writes the memory that holds it; then evaluates each segment's script in a clone of
 * its own, as a board makes one, and writes that. Run twice at two addresses, and linked at two
 * addresses, it lets tools/builder/image.ts tell pointers from numbers: no word is guessed.
 *
 * image-maker ADDRESS BYTES DIRECTORY BASE SEGMENT...
 *
 * Memories of BYTES each follow one another: the base's, each segment's, then that of what is only
 * needed meanwhile. Scripts are NAME.js in the present directory; DIRECTORY gets NAME.memory and
 * NAME.holes, `program` and `image-layout.h`.
 */
#include <sys/mman.h>

#include "bytecode.h"
#include "freeze.h"
#include "image-global.h"
#include "layout.h"
#include "segment.h"
#include "xsScript.h"

extern char __executable_start[], _end[];

const uint8_t *image_start, *image_end;

static const char *directory;
static size_t memory_bytes;

/*
 * Of the root machine: where all scripts' functions are at home, what encloses them, and the program
 * that machines have: an empty one, in the root's realm.
 */
static txSlot around[3];
enum { HOME, ENCLOSING, PROGRAM };

static _Noreturn void fail(const char *what, const char *of)
{
	fprintf(stderr, "image-maker: %s: %s\n", of, what);
	exit(1);
}

static FILE *create(const char *name, const char *kind)
{
	char path[4096];
	FILE *file;

	if (snprintf(path, sizeof path, "%s/%s%s", directory, name, kind) >= (int)sizeof path)
		fail("too long", name);
	file = fopen(path, "wb");
	if (file == NULL)
		fail("cannot be written", path);
	return file;
}

static void close_file(FILE *file)
{
	if (fclose(file) != 0)
		fail("cannot be written", directory);
}

static void write_bytes(const char *name, const char *kind, const void *start, size_t bytes)
{
	FILE *file = create(name, kind);

	if (fwrite(start, 1, bytes, file) != bytes)
		fail("cannot be written", name);
	close_file(file);
}

/* What layout.c compares with the target's. */
static void write_layout(void)
{
	FILE *file = create("image-layout.h", "");

#define LAYOUT_LINE(name, value) fprintf(file, "#define LAYOUT_" #name " %uu\n", (unsigned)(value));
	LAYOUT(LAYOUT_LINE)
	close_file(file);
}

static void name_all(txMachine *the, struct names *names)
{
	names->receive = fxNewNameC(the, "receive");
	names->tick = fxNewNameC(the, "tick");
	names->due_at = fxNewNameC(the, "dueAt");
	names->peer_restarted = fxNewNameC(the, "peerRestarted");
	names->place = fxNewNameC(the, "place");
	names->message = fxNewNameC(the, "message");
}

static void run_jobs(txMachine *the)
{
	while (the->has_jobs) {
		the->has_jobs = 0;
		fxRunPromiseJobs(the);
	}
}

/* A script has no name in an image: every machine makes the same one. */
static void evaluate(txMachine *the, struct heap *heap, const char *name)
{
	char path[4096];
	txScript script;
	txSlot this = { .kind = XS_UNDEFINED_KIND };

	snprintf(path, sizeof path, "%s.js", name);
	if (!bytecode_of(the, heap, path, &script))
		fail("does not compile", path);
	if (bytecode_has_tagged_template(&script))
		fail("has a tagged template, whose strings a frozen realm cannot keep", name);
	fxBeginHost(the);
	{
		mxTry(the) {
			fxRunScript(the, &script, &this, NULL, around[ENCLOSING].value.reference,
				    NULL, around[HOME].value.reference);
			mxPop();
		}
		mxCatch(the) {
			fail(fxToString(the, &mxException), name);
		}
	}
	run_jobs(the);
	fxEndHost(the);
}

static void refuse_states(txMachine *the, unsigned states, const char *name)
{
	if (freeze_states(the) != states)
		fail("keeps a Map, Set, Date, RegExp or weak reference at module level", name);
}

static void open_global(txMachine *the)
{
	fxBeginHost(the);
	global_open(the);
	fxEndHost(the);
}

static void close_global(txMachine *the)
{
	fxBeginHost(the);
	global_close(the);
	fxEndHost(the);
}

/* All of the root machine's memory is taken at once; what stays unused is left out as a hole. */
static txMachine *make_root(void)
{
	txCreation creation = {
		.initialChunkSize = 64 * 1024,
		.incrementalChunkSize = 16 * 1024,
		.initialHeapCount = 8 * 1024,
		.incrementalHeapCount = 1024,
		.stackCount = 8192,
		.initialKeyCount = 8 * 1024,
		.incrementalKeyCount = 1024,
		.nameModulo = IMAGE_NAME_MODULO,
		.symbolModulo = IMAGE_SYMBOL_MODULO,
	};

	return fxCreateMachine(&creation, "image", NULL, XS_NO_ID);
}

static void keep_around(txMachine *the)
{
	txSlot *home = mxProgram.value.reference;
	txSlot *realm = mxModuleInstanceInternal(home)->value.module.realm;
	txSlot *closures = mxRealmClosures(realm);
	txSlot *program;

	freeze_keep(the, around, 3);
	fxBeginHost(the);
	mxPushNull();
	program = fxNewProgramInstance(the);
	mxModuleInstanceInternal(program)->value.module.realm = realm;
	mxPullSlot(around + PROGRAM);
	fxEndHost(the);
	around[HOME].kind = around[ENCLOSING].kind = XS_REFERENCE_KIND;
	around[HOME].value.reference = home;
	around[ENCLOSING].value.reference = closures->value.reference;
}

static txMachine *make_base(uint8_t *memory, const char *name)
{
	struct image *image = (struct image *)memory;
	size_t header = sizeof *image + 15 & ~(size_t)15;
	struct heap heap;
	FILE *holes;
	txMachine *the;
	unsigned states;

	heap_open(&heap, memory + header, memory_bytes - header);
	heap_choose(&heap);
	the = make_root();
	if (the == NULL)
		fail("no memory for the root machine", name);
	keep_around(the);
	environments = image->environments;
	freeze_keep(the, environments, IMAGE_PARTITIONS);
	freeze_keep(the, shared, SHARED_MAX);
	freeze_keep(the, &verb_table, 1);
	open_global(the);
	fxBeginHost(the);
	global_forget_time_and_chance(the);
	name_all(the, &image->names);
	fxEndHost(the);
	states = freeze_states(the);
	evaluate(the, &heap, name);
	refuse_states(the, states, name);
	close_global(the);
	image->program = around[PROGRAM].value.reference;
	holes = create(name, ".holes");
	freeze_base(the, image, &heap, holes);
	close_file(holes);
	environments = NULL;
	write_bytes(name, ".memory", memory, memory_bytes);
	return the;
}

/* What a clone has at first lies in the memory for meanwhile. */
static txMachine *make_clone(txMachine *root, uint8_t *meanwhile)
{
	txCreation creation = {
		.initialChunkSize = 1024,
		.incrementalChunkSize = 16 * 1024,
		.initialHeapCount = 512,
		.incrementalHeapCount = 1024,
		.stackCount = 8192,
		.initialKeyCount = 8 * 1024,
		.incrementalKeyCount = 1024,
		.nameModulo = IMAGE_NAME_MODULO,
		.symbolModulo = IMAGE_SYMBOL_MODULO,
	};
	struct heap heap;
	txMachine *the;

	memset(meanwhile, 0, memory_bytes);
	heap_open(&heap, meanwhile, memory_bytes);
	heap_choose(&heap);
	the = fxCloneMachine(&creation, root, NULL, NULL);
	if (the == NULL)
		fail("no memory for a clone", "segment");
	return the;
}

/* What is made from here on lies in `heap`: nothing that was free before is used again. */
static void turn_to(txMachine *the, struct heap *heap)
{
	heap_choose(heap);
	fxEnableGarbageCollection(the, 0);
	the->freeHeap = NULL;
	for (txBlock *block = the->firstBlock; block != NULL; block = block->nextBlock)
		block->limit = block->current;
}

static unsigned count_constructors(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < IMAGE_PARTITIONS; i++)
		count += constructors[i].kind != XS_UNDEFINED_KIND;
	return count;
}

static void place_constructors(struct segment *segment, txSlot *placed)
{
	for (unsigned i = 0; i < IMAGE_PARTITIONS; i++) {
		if (constructors[i].kind == XS_UNDEFINED_KIND)
			continue;
		segment->partitions |= 1u << i;
		*placed++ = constructors[i];
	}
}

static void place_names(struct segment *segment, txMachine *the)
{
	size_t count = (size_t)(the->keyIndex - the->keyOffset);
	txSlot **keys = heap_take_high(count * sizeof *keys);

	memcpy(keys, the->keyArray, count * sizeof *keys);
	memcpy(segment->names, the->nameTable, sizeof segment->names);
	memcpy(segment->symbols, the->symbolTable, sizeof segment->symbols);
	segment->key_count = (uint32_t)count;
	segment->keys = keys;
}

static void make_segment(txMachine *root, uint8_t *memory, uint8_t *meanwhile, const char *name)
{
	struct segment *segment = (struct segment *)memory;
	size_t header = sizeof *segment + 15 & ~(size_t)15;
	txMachine *the = make_clone(root, meanwhile);
	struct heap heap;
	unsigned states;
	txSlot *placed;
	FILE *holes;

	heap_open(&heap, memory + header, memory_bytes - header);
	freeze_keep(the, constructors, IMAGE_PARTITIONS);
	open_global(the);
	states = freeze_states(the);
	turn_to(the, &heap);
	evaluate(the, &heap, name);
	fxEnableGarbageCollection(the, 1);
	refuse_states(the, states, name);
	close_global(the);
	memcpy(segment->magic, SEGMENT_MAGIC, sizeof segment->magic);
	place_names(segment, the);
	placed = heap_take_high(count_constructors() * sizeof *placed);
	segment->constructors = placed;
	holes = create(name, ".holes");
	freeze_clone(the, &heap, holes);
	place_constructors(segment, placed);
	close_file(holes);
	write_bytes(name, ".memory", memory, memory_bytes);
}

int main(int argc, char **argv)
{
	uint8_t *base, *memory;
	size_t bytes;
	txMachine *root;

	if (argc < 5)
		fail("ADDRESS BYTES DIRECTORY BASE SEGMENT...", "usage");
	base = (uint8_t *)(uintptr_t)strtoull(argv[1], NULL, 0);
	memory_bytes = strtoull(argv[2], NULL, 0);
	directory = argv[3];
	bytes = memory_bytes * (size_t)(argc - 3);
	if (mmap(base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		 -1, 0) != base)
		fail("cannot be mapped", argv[1]);
	root = make_base(base, argv[4]);
	image_start = base;
	image_end = base + memory_bytes;
	mprotect(base, memory_bytes, PROT_READ);
	memory = base;
	for (int i = 5; i < argc; i++) {
		memory += memory_bytes;
		make_segment(root, memory, base + bytes - memory_bytes, argv[i]);
	}
	write_layout();
	write_bytes("program", "", __executable_start, (size_t)(_end - __executable_start));
	return 0;
}
