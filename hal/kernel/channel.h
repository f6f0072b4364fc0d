/* One declared channel: a queue, a rate, and the operations that it carries. */

#ifndef HEDDLE_CHANNEL_H
#define HEDDLE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

/* All take a place in table_channels. */
void channel_reset(unsigned channel);
/* Whether it carries such a message. `length` is not above that of `bytes`, unless it is wrong. */
bool channel_fits(unsigned channel, const uint8_t *bytes, unsigned length);
/* Whether there is room, and a token at `now`. */
bool channel_has_room(unsigned channel, double now);
/* Copies a message that fits into the room that there is. */
void channel_put(unsigned channel, const uint8_t *bytes, unsigned length);

#endif
