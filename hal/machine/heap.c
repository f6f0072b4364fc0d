/* The fixed memory of one machine. */
#include "heap.h"

#include <string.h>

struct heap_block {
	/* Of the content. */
	size_t bytes;
	/* While it is free: the next one higher up. */
	struct heap_block *next;
};

/* A block's content begins where a free block keeps its link, on a multiple of 8. */
#define HEADER 8u
#define LEAST sizeof(struct heap_block *)

static struct heap *chosen;

static size_t rounded(size_t bytes)
{
	return (bytes < LEAST ? LEAST : bytes) + 7u & ~(size_t)7u;
}

static uint8_t *content_of(struct heap_block *block)
{
	return (uint8_t *)block + HEADER;
}

static struct heap_block *block_of(void *content)
{
	return (struct heap_block *)((uint8_t *)content - HEADER);
}

void heap_open(struct heap *heap, uint8_t *start, size_t bytes)
{
	heap->start = heap->low = start;
	heap->end = heap->high = start + bytes;
	heap->free = NULL;
	heap->least = bytes;
}

void heap_choose(struct heap *heap)
{
	chosen = heap;
}

bool heap_holds(const void *address)
{
	const uint8_t *byte = address;

	return byte >= chosen->start && byte < chosen->end;
}

static size_t room(void)
{
	return (size_t)(chosen->high - chosen->low);
}

static void note_least(void)
{
	if (room() < chosen->least)
		chosen->least = room();
}

void *heap_take_low(size_t bytes)
{
	uint8_t *taken = chosen->low;

	bytes = rounded(bytes);
	if (bytes > room())
		return NULL;
	chosen->low += bytes;
	note_least();
	return taken;
}

void *heap_take_high(size_t bytes)
{
	bytes = rounded(bytes);
	if (bytes > room())
		return NULL;
	chosen->high -= bytes;
	note_least();
	return chosen->high;
}

void *heap_take(size_t bytes)
{
	struct heap_block **link = &chosen->free;
	struct heap_block *block;

	bytes = rounded(bytes);
	for (; (block = *link) != NULL; link = &block->next) {
		if (block->bytes < bytes)
			continue;
		*link = block->next;
		return content_of(block);
	}
	block = heap_take_high(HEADER + bytes);
	if (block == NULL)
		return NULL;
	block->bytes = bytes;
	return content_of(block);
}

void *heap_take_zeroed(size_t count, size_t bytes)
{
	void *content;

	if (bytes != 0 && count > SIZE_MAX / bytes)
		return NULL;
	content = heap_take(count * bytes);
	if (content != NULL)
		memset(content, 0, count * bytes);
	return content;
}

void heap_give(void *content)
{
	struct heap_block *block;

	if (content == NULL)
		return;
	block = block_of(content);
#ifdef HEDDLE_IMAGE_MAKER
	/* What is written into an image is the same each time. */
	memset(content, 0, block->bytes);
#endif
	if ((uint8_t *)block == chosen->high) {
		chosen->high = content_of(block) + block->bytes;
		return;
	}
	block->next = chosen->free;
	chosen->free = block;
}

void *heap_resize(void *content, size_t bytes)
{
	size_t had = content == NULL ? 0 : block_of(content)->bytes;
	void *moved;

	if (content != NULL && had >= rounded(bytes))
		return content;
	moved = heap_take(bytes);
	if (moved == NULL)
		return NULL;
	if (had != 0)
		memcpy(moved, content, had);
	heap_give(content);
	return moved;
}

bool heap_fills(void)
{
	return room() < (size_t)(chosen->end - chosen->start) / 8;
}
