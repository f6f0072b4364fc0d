/* How host functions read what a partition hands them. */
#include "arguments.h"

#include <math.h>

txSlot *argument(txMachine *the, int index)
{
	return index < mxArgc ? mxArgv(index) : &mxUndefined;
}

/*
 * A typed array is an instance with three internal slots: what it holds, which part of its buffer,
 * and the buffer, an instance whose first slot has the address and whose second the length. `type`
 * is the identifier of its constructor.
 */
static txSlot *buffer_of(txSlot *value, txID type, struct bytes *bytes)
{
	txSlot *typed, *view, *buffer;
	uint32_t total;

	if (value->kind != XS_REFERENCE_KIND)
		return NULL;
	typed = value->value.reference->next;
	if (typed == NULL || typed->kind != XS_TYPED_ARRAY_KIND || !(typed->flag & XS_INTERNAL_FLAG))
		return NULL;
	if (typed->value.typedArray.dispatch->constructorID != type)
		return NULL;
	view = typed->next;
	buffer = view->next->value.reference->next;
	if (buffer->kind != XS_ARRAY_BUFFER_KIND || buffer->value.arrayBuffer.address == NULL)
		return NULL;
	total = (uint32_t)buffer->next->value.bufferInfo.length;
	if ((uint32_t)view->value.dataView.offset > total)
		return NULL;
	bytes->start = (uint8_t *)buffer->value.arrayBuffer.address + view->value.dataView.offset;
	bytes->length = view->value.dataView.size < 0
			? total - (uint32_t)view->value.dataView.offset
			: (uint32_t)view->value.dataView.size;
	if (bytes->length > total - (uint32_t)view->value.dataView.offset)
		return NULL;
	return buffer;
}

bool bytes_of(txSlot *value, struct bytes *bytes)
{
	return buffer_of(value, mxID(_Uint8Array), bytes) != NULL;
}

void lend_bytes(txSlot *value, uint8_t *bytes, unsigned length)
{
	txSlot *view = value->value.reference->next->next;
	txSlot *buffer = view->next->value.reference->next;

	view->value.dataView.size = (txInteger)length;
	buffer->value.arrayBuffer.address = (txByte *)bytes;
	buffer->next->value.bufferInfo.length = (txInteger)length;
	buffer->next->value.bufferInfo.maxLength = 0;
}

bool whole_of(const txSlot *value, uint32_t *whole)
{
	if (value->kind == XS_INTEGER_KIND && value->value.integer >= 0) {
		*whole = (uint32_t)value->value.integer;
		return true;
	}
	if (value->kind != XS_NUMBER_KIND || !(value->value.number >= 0) ||
	    value->value.number > UINT32_MAX || value->value.number != floor(value->value.number))
		return false;
	*whole = (uint32_t)value->value.number;
	return true;
}

uint32_t whole_argument(txMachine *the, int index)
{
	uint32_t whole = 0;

	if (!whole_of(argument(the, index), &whole))
		mxRangeError("argument %d is no whole number", index);
	return whole;
}

double number_argument(txMachine *the, int index)
{
	txSlot *value = argument(the, index);

	if (value->kind == XS_INTEGER_KIND)
		return value->value.integer;
	if (value->kind != XS_NUMBER_KIND)
		mxTypeError("argument %d is no number", index);
	return value->value.number;
}

static uint8_t *part_of(txMachine *the, int index, uint32_t start, uint32_t length, bool writes)
{
	struct bytes bytes = { NULL, 0 };
	txSlot *buffer = buffer_of(argument(the, index), mxID(_Uint8Array), &bytes);

	if (buffer == NULL)
		mxTypeError("argument %d is no Uint8Array", index);
	if (writes && (buffer->flag & XS_DONT_SET_FLAG))
		mxTypeError("argument %d is read-only", index);
	if (start > bytes.length || length > bytes.length - start)
		mxRangeError("argument %d has %u bytes", index, bytes.length);
	return bytes.start + start;
}

uint8_t *read_argument(txMachine *the, int index, uint32_t start, uint32_t length)
{
	return part_of(the, index, start, length, false);
}

uint8_t *write_argument(txMachine *the, int index, uint32_t start, uint32_t length)
{
	return part_of(the, index, start, length, true);
}

const uint8_t *read_numbers(txMachine *the, int index, uint32_t first, uint32_t count)
{
	struct bytes bytes = { NULL, 0 };

	if (buffer_of(argument(the, index), mxID(_Float64Array), &bytes) == NULL)
		mxTypeError("argument %d is no Float64Array", index);
	if (first > bytes.length / sizeof(double) || count > bytes.length / sizeof(double) - first)
		mxRangeError("argument %d has %u bytes", index, bytes.length);
	return bytes.start + first * sizeof(double);
}
