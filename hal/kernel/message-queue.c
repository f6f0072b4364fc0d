/* A queue of a fixed number of slots. */

#include "message-queue.h"

#include <string.h>

static uint8_t *slot_at(const struct queue_row *row, unsigned place)
{
	return row->slots + place * MESSAGE_QUEUE_STRIDE(row->slot_bytes);
}

bool message_queue_full(const struct queue_row *row, const struct message_queue *queue)
{
	return queue->waiting == row->depth;
}

void message_queue_put(const struct queue_row *row, struct message_queue *queue,
		       const uint8_t *bytes, unsigned length)
{
	unsigned tail = (unsigned)queue->head + queue->waiting;

	if (tail >= row->depth)
		tail -= row->depth;
	memcpy(slot_at(row, tail), bytes, length);
	row->lengths[tail] = (uint16_t)length;
	queue->waiting++;
	if (queue->waiting > queue->high_water)
		queue->high_water = queue->waiting;
}

uint8_t *message_queue_front(const struct queue_row *row, const struct message_queue *queue)
{
	return slot_at(row, queue->head);
}

unsigned message_queue_front_length(const struct queue_row *row, const struct message_queue *queue)
{
	return row->lengths[queue->head];
}

void message_queue_drop(const struct queue_row *row, struct message_queue *queue)
{
	if (queue->waiting == 0)
		return;
	queue->head = (uint8_t)(queue->head + 1 == row->depth ? 0 : queue->head + 1);
	queue->waiting--;
}

void message_queue_clear(const struct queue_row *row, struct message_queue *queue)
{
	queue->head = 0;
	queue->waiting = 0;
	memset(row->slots, 0, (size_t)row->depth * MESSAGE_QUEUE_STRIDE(row->slot_bytes));
}
