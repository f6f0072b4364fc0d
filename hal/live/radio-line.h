/* The line to the radio co-processor: whole Spinel frames for the kernel, HDLC-lite on the wire. */

#ifndef HEDDLE_RADIO_LINE_H
#define HEDDLE_RADIO_LINE_H

#include <stdint.h>

void radio_line_start(void);
/* Takes what has come, and hands whole frames to the kernel as long as it has room. */
void radio_line_poll(double now);
/* Answers a `sent`. */
unsigned radio_line_send(const uint8_t *frame, unsigned length);
/* A serial line has no reset line: Spinel's own reset does as well. */
void radio_line_reset(void);

struct radio_line_counts {
	uint32_t frames_in, frames_out, damaged;
};
extern struct radio_line_counts radio_line_counts;

#endif
