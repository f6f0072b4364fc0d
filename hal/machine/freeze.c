/*
 * Makes a machine constant: every property of every object, and every variable of every script, can
 * be read and neither set nor deleted; strings, code and names are of the kinds that a collection
 * neither marks nor moves.
 */
#include "freeze.h"

#include "holes.h"
#include "settle.h"

#define FROZEN (XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG)

void freeze_keep(txMachine *the, txSlot *slots, unsigned count)
{
	for (; count > 0; count--, slots++) {
		memset(slots, 0, sizeof *slots);
		slots->next = the->cRoot;
		slots->kind = XS_UNDEFINED_KIND;
		the->cRoot = slots;
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

/*
 * A `function` that is no class is never called with `new`: its `prototype`, an object that names it
 * as its constructor, goes.
 */
static void drop_prototype(txMachine *the, txSlot *slot)
{
	const txSlot *code;
	txU1 begin;

	(void)the;
	if (slot->kind != XS_INSTANCE_KIND || !(slot->flag & XS_CAN_CONSTRUCT_FLAG))
		return;
	code = slot->next;
	if (code == NULL || code->kind != XS_CODE_X_KIND)
		return;
	begin = *(const txU1 *)code->value.code.address;
	if (begin != XS_CODE_BEGIN_STRICT && begin != XS_CODE_FUSED_BEGIN)
		return;
	slot->flag &= ~XS_CAN_CONSTRUCT_FLAG;
	for (txSlot **link = &slot->next; *link != NULL; link = &(*link)->next) {
		if ((*link)->ID != mxID(_prototype))
			continue;
		*link = (*link)->next;
		return;
	}
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
	settle(slot);
}

/* Kept slots are no list any more. */
static void settle_kept(txMachine *the)
{
	for (txSlot *slot = the->cRoot, *next; slot != NULL; slot = next) {
		next = slot->next;
		settle(slot);
		slot->next = NULL;
	}
	the->cRoot = NULL;
}

static void refuse_variables(txMachine *the)
{
	if (the->aliasCount == 0)
		return;
	fprintf(stderr, "image-maker: %d objects are not constant\n", the->aliasCount);
	exit(1);
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
	memset(the->nameBuffer, 0, sizeof the->nameBuffer);
}

void freeze_base(txMachine *the, struct image *image, struct heap *heap, FILE *holes)
{
	each_slot(the, drop_prototype);
	fxCollectGarbage(the);
	each_slot(the, freeze_slot);
	fxShareMachine(the);
	/* One object, the empty list of modules that sharing makes, is numbered 0, which is no alias. */
	if (the->aliasCount == 1 && XS_NO_ID == 0)
		the->aliasCount = 0;
	refuse_variables(the);
	each_slot(the, settle_one);
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		settle(slot);
	settle_kept(the);
	image->root = the;
	hole(holes, the->stackBottom, the->stack);
	hole(holes, the->keyArray + the->keyIndex, the->keyArray + the->keyCount);
	free_holes(the, heap, holes);
	the->stackBottom = NULL;
	clear_running(the);
}

void freeze_clone(txMachine *the, struct heap *heap, FILE *holes)
{
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		slot->kind = XS_UNDEFINED_KIND;
	each_slot(the, drop_prototype);
	fxCollectGarbage(the);
	each_slot(the, freeze_slot);
	fxShare(the);
	refuse_variables(the);
	each_slot(the, settle_one);
	settle_kept(the);
	free_holes(the, heap, holes);
}
