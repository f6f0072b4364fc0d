/* What one device has delivered and its owner has not taken yet. */

#ifndef HEDDLE_DEVICE_INPUT_H
#define HEDDLE_DEVICE_INPUT_H

#include <stdint.h>

/* The row of table_devices with that `Party` number, or TABLE_NONE. */
unsigned device_input_find(unsigned party);
/* The `enum sent` of kernel_deliver; what is not taken is counted in table_dropped. */
unsigned device_input_deliver(unsigned device, const uint8_t *bytes, unsigned length);

#endif
