/*
 * The line to the radio co-processor: a serial device, or a Unix socket that stands for one. It is
 * opened anew when it was gone, as a dongle is that was pulled out.
 */

#ifndef HEDDLE_RADIO_DEVICE_H
#define HEDDLE_RADIO_DEVICE_H

#include <stdbool.h>

#include "arguments.h"

/* Ends the program with a sentence when it cannot be opened now. */
void radio_device_open(const struct arguments *arguments);
/* For waiting on it; negative while it is gone. */
int radio_device_descriptor(void);
/* Whether bytes wait to be written. */
bool radio_device_behind(void);
/* Writes what waits; tries to open it anew. Between waits. */
void radio_device_poll(void);

#endif
