/* Something that a partition receives from: the kernel, a device, a flash region, a channel. */

#ifndef HEDDLE_INPUT_H
#define HEDDLE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

/* All take a place in table_inputs, and keep the backlog of its owner. */
bool input_full(unsigned input);
/* The caller has seen that there is room, and that the message fits. */
void input_put(unsigned input, const uint8_t *bytes, unsigned length);
/* The oldest message is about to be handed over. */
void input_begin(unsigned input);
void input_drop(unsigned input);
void input_clear(unsigned input);

#endif
