/*
 * Makes a root machine constant: every property of every object, and every variable of every
 * module, can be read and neither set nor deleted; strings, code and names are of the kinds that a
 * collection neither marks nor moves.
 */
#include "freeze.h"

#define FROZEN (XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG)

static void link_root(txMachine *the, txSlot *slot)
{
	slot->next = the->cRoot;
	slot->kind = XS_UNDEFINED_KIND;
	the->cRoot = slot;
}

void freeze_keep(txMachine *the, struct image *image)
{
	for (unsigned i = 0; i < IMAGE_PARTITIONS; i++) {
		link_root(the, &image->constructors[i]);
		link_root(the, &image->environments[i]);
	}
}

typedef void (*visit)(txMachine *the, txSlot *slot);

static void each_slot(txMachine *the, visit visit)
{
	for (txSlot *heap = the->firstHeap; heap != NULL; heap = heap->next)
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++)
			visit(the, slot);
}

/*
 * What changes by being used and not by setting a property: freezing would not make it constant, or
 * would make it useless. The engine's own few are counted before any module is evaluated.
 */
static unsigned states;

static void count_state(txMachine *the, txSlot *slot)
{
	(void)the;
	switch (slot->kind) {
	case XS_DATE_KIND:
	case XS_FINALIZATION_REGISTRY_KIND:
	case XS_MAP_KIND:
	case XS_REGEXP_KIND:
	case XS_SET_KIND:
	case XS_WEAK_MAP_KIND:
	case XS_WEAK_REF_KIND:
	case XS_WEAK_SET_KIND:
		states++;
	}
}

unsigned freeze_states(txMachine *the)
{
	states = 0;
	fxCollectGarbage(the);
	each_slot(the, count_state);
	return states;
}

static void freeze_items(txMachine *the, txSlot *array)
{
	txSlot *item = array->value.array.address;
	txIndex count = item == NULL ? 0 : fxGetIndexSize(the, array);

	for (; count > 0; count--)
		(item++)->flag |= FROZEN;
}

static void freeze_instance(txMachine *the, txSlot *instance)
{
	instance->flag |= XS_DONT_PATCH_FLAG;
	for (txSlot *property = instance->next; property != NULL; property = property->next) {
		if (property->kind == XS_ARRAY_KIND)
			freeze_items(the, property);
		property->flag |= XS_DONT_DELETE_FLAG;
		if (property->kind != XS_ACCESSOR_KIND)
			property->flag |= XS_DONT_SET_FLAG;
	}
}

/* How much of its value a kind uses; the rest is left over from what the slot was before. */
#define USED_BY(field) (offsetof(txValue, field) + sizeof ((txValue *)0)->field)

static size_t used_by(txKind kind)
{
	switch (kind) {
	case XS_UNINITIALIZED_KIND:
	case XS_UNDEFINED_KIND:
	case XS_NULL_KIND:
		return 0;
	case XS_BOOLEAN_KIND:
		return USED_BY(boolean);
	case XS_INTEGER_KIND:
		return USED_BY(integer);
	case XS_NUMBER_KIND:
	case XS_DATE_KIND:
		return USED_BY(number);
	case XS_STRING_KIND:
	case XS_STRING_X_KIND:
		return USED_BY(string);
	case XS_SYMBOL_KIND:
		return USED_BY(symbol);
	case XS_REFERENCE_KIND:
	case XS_CLOSURE_KIND:
		return USED_BY(reference);
	case XS_ARRAY_KIND:
	case XS_STACK_KIND:
		return USED_BY(array.length);
	case XS_GLOBAL_KIND:
	case XS_MAP_KIND:
	case XS_SET_KIND:
		return USED_BY(table.length);
	case XS_MODULE_KIND:
	case XS_PROGRAM_KIND:
		return USED_BY(module.id);
	case XS_ERROR_KIND:
		return USED_BY(error.which);
	case XS_KEY_KIND:
	case XS_KEY_X_KIND:
		return USED_BY(key.sum);
	case XS_DATA_VIEW_KIND:
	case XS_BUFFER_INFO_KIND:
		return USED_BY(dataView.size);
	default:
		return sizeof(txValue);
	}
}

static void scrub(txSlot *slot)
{
	size_t used = used_by(slot->kind);

	if (slot->kind == XS_INSTANCE_KIND)
		slot->value.instance.garbage = NULL;
	memset((uint8_t *)&slot->value + used, 0, sizeof slot->value - used);
}

static void settle_slot(txSlot *slot);

/* Items are slots too. Room behind the last one, kept for more, holds leftovers. */
static void settle_items(txSlot *array)
{
	txSlot *item = array->value.array.address;
	txSize count;

	if (item == NULL)
		return;
	count = ((txChunk *)((txByte *)item - sizeof(txChunk)))->size;
	count = (count - (txSize)sizeof(txChunk)) / (txSize)sizeof(txSlot);
	for (txSize i = 0; i < count; i++, item++) {
		if ((txIndex)i >= array->value.array.length)
			memset(item, 0, sizeof *item);
		settle_slot(item);
		item->flag |= XS_MARK_FLAG;
	}
}

static void settle_slot(txSlot *slot)
{
	scrub(slot);
	switch (slot->kind) {
	case XS_STRING_KIND:
		slot->kind = XS_STRING_X_KIND;
		break;
	case XS_CODE_KIND:
		slot->kind = XS_CODE_X_KIND;
		break;
	case XS_KEY_KIND:
		slot->kind = XS_KEY_X_KIND;
		break;
	case XS_ARRAY_KIND:
		settle_items(slot);
		break;
	}
}

static void freeze_slot(txMachine *the, txSlot *slot)
{
	if (slot->kind == XS_INSTANCE_KIND)
		freeze_instance(the, slot);
	else if (slot->kind == XS_CLOSURE_KIND && slot->value.closure != NULL)
		slot->value.closure->flag |= FROZEN;
}

static void settle_one(txMachine *the, txSlot *slot)
{
	(void)the;
	settle_slot(slot);
}

static void hole(FILE *file, const void *start, const void *end)
{
	uintptr_t from = ((uintptr_t)start + 7) & ~(uintptr_t)7;
	uintptr_t to = (uintptr_t)end & ~(uintptr_t)7;

	if (from >= to)
		return;
	fprintf(file, "0x%lx 0x%lx\n", (unsigned long)from, (unsigned long)to);
	memset((void *)from, 0, to - from);
}

/* Where chunks end: only a collection asks, and none comes here. What a compiler pads is cleared. */
static void forget_ends(txBlock *block)
{
	txByte *at = (txByte *)(block + 1), *end = block->current, *next;

	for (; at < end; at = next) {
		txChunk *chunk = (txChunk *)at;
		txSize size = chunk->size;

		next = chunk->temporary;
		memset(chunk, 0, sizeof *chunk);
		chunk->size = size;
	}
	memset(block, 0, sizeof *block);
}

/* What the root machine once needed and the image does not. */
static void write_holes(txMachine *the, struct heap *heap, FILE *file)
{
	txSlot *free = the->freeHeap, *next;

	for (; free != NULL; free = next) {
		next = free->next;
		hole(file, free, free + 1);
	}
	for (txBlock *block = the->firstBlock, *after; block != NULL; block = after) {
		after = block->nextBlock;
		hole(file, block->current, block->limit);
		forget_ends(block);
	}
	hole(file, the->stackBottom, the->stack);
	hole(file, the->keyArray + the->keyIndex, the->keyArray + the->keyCount);
	hole(file, heap->low, heap->high);
	for (txSlot *slots = the->firstHeap, *after; slots != NULL; slots = after) {
		after = slots->next;
		memset(slots, 0, sizeof *slots);
	}
	the->freeHeap = NULL;
	the->firstHeap = NULL;
	the->firstBlock = NULL;
	the->stackBottom = NULL;
}

/* What pointed at the host's stack or at what has gone. */
static void clear_running(txMachine *the)
{
	the->firstJump = NULL;
	the->stackLimit = NULL;
	the->context = NULL;
	the->scope = NULL;
	the->frame = NULL;
	the->code = NULL;
	the->cRoot = NULL;
	memset(the->nameBuffer, 0, sizeof the->nameBuffer);
}

void freeze(txMachine *the, struct image *image, struct heap *heap, const char *holes)
{
	FILE *file = fopen(holes, "w");

	if (file == NULL) {
		perror(holes);
		exit(1);
	}
	fxCollectGarbage(the);
	each_slot(the, freeze_slot);
	fxShareMachine(the);
	/* One object, the empty list of modules that sharing makes, is numbered 0, which is no alias. */
	if (the->aliasCount > 1 || XS_NO_ID != 0) {
		fprintf(stderr, "image-maker: %d objects are not constant\n", the->aliasCount);
		exit(1);
	}
	the->aliasCount = 0;
	each_slot(the, settle_one);
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		settle_slot(slot);
	for (unsigned i = 0; i < IMAGE_PARTITIONS; i++) {
		image->constructors[i].next = NULL;
		image->environments[i].next = NULL;
	}
	image->root = the;
	write_holes(the, heap, file);
	clear_running(the);
	fclose(file);
}
