/*
 * A queue of a fixed number of slots. Bytes are copied into a slot once; the receiver reads them
 * and writes them there. A slot stays taken until the receiver has returned.
 */

#ifndef HEDDLE_MESSAGE_QUEUE_H
#define HEDDLE_MESSAGE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From one slot to the next. A receiver may look at its message as numbers of any size, and some
 * processors want those on whole words.
 */
#define MESSAGE_QUEUE_STRIDE(slot_bytes) (((slot_bytes) + 3u) & ~3u)

/* Its storage, in flash. */
struct queue_row {
	/* `depth` slots for `slot_bytes` each. */
	uint8_t *slots;
	uint16_t *lengths;
	uint16_t slot_bytes;
	uint8_t depth;
};

struct message_queue {
	uint8_t head;
	uint8_t waiting;
	/* The most that ever waited at once. */
	uint8_t high_water;
};

bool message_queue_full(const struct queue_row *row, const struct message_queue *queue);
/* The caller has seen that there is room, and that the message fits into a slot. */
void message_queue_put(const struct queue_row *row, struct message_queue *queue,
		       const uint8_t *bytes, unsigned length);
/* The slot of the oldest message; only when `waiting` is not 0. */
uint8_t *message_queue_front(const struct queue_row *row, const struct message_queue *queue);
unsigned message_queue_front_length(const struct queue_row *row, const struct message_queue *queue);
/* Frees the oldest message's slot, if there is one. */
void message_queue_drop(const struct queue_row *row, struct message_queue *queue);
/* Forgets every message, their bytes too: the next instance finds nothing of the last one. */
void message_queue_clear(const struct queue_row *row, struct message_queue *queue);

#endif
