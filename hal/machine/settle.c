/*
 * Makes a slot of an image the same each time it is made, and of a kind that a collection neither
 * marks nor moves.
 */
#include "settle.h"

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
		settle(item);
		item->flag |= XS_MARK_FLAG;
	}
}

void settle(txSlot *slot)
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
