/* Finds what is free in a machine that has been collected, and forgets what only finds it. */
#include "holes.h"

void hole(FILE *file, const void *start, const void *end)
{
	uintptr_t from = ((uintptr_t)start + 7) & ~(uintptr_t)7;
	uintptr_t to = (uintptr_t)end & ~(uintptr_t)7;

	/* What is left at the ends stays in the image, as zeros. */
	memset((void *)start, 0, (size_t)((const uint8_t *)end - (const uint8_t *)start));
	if (from < to)
		fprintf(file, "0x%lx 0x%lx\n", (unsigned long)from, (unsigned long)to);
}

static bool within(const struct heap *heap, const void *address)
{
	return (const uint8_t *)address >= heap->start && (const uint8_t *)address < heap->end;
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

void free_holes(txMachine *the, struct heap *heap, FILE *file)
{
	txSlot *free = the->freeHeap, *next;

	for (; free != NULL; free = next) {
		next = free->next;
		if (within(heap, free))
			hole(file, free, free + 1);
	}
	for (txBlock *block = the->firstBlock, *after; block != NULL; block = after) {
		after = block->nextBlock;
		if (!within(heap, block))
			continue;
		hole(file, block->current, block->limit);
		forget_ends(block);
	}
	hole(file, heap->low, heap->high);
	for (txSlot *slots = the->firstHeap, *after; slots != NULL; slots = after) {
		after = slots->next;
		if (within(heap, slots))
			memset(slots, 0, sizeof *slots);
	}
	the->freeHeap = NULL;
	the->firstHeap = NULL;
	the->firstBlock = NULL;
}
