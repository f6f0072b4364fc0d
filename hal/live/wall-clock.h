/* The time of day: by the port's own clock, until the management session has set it. */

#ifndef HEDDLE_WALL_CLOCK_H
#define HEDDLE_WALL_CLOCK_H

#include <stdint.h>

void wall_clock_start(void);
/* DEVICE_SET of board.h: 8 bytes of UTC milliseconds and a quality. */
void wall_clock_set(const uint8_t *bytes, unsigned length);
double wall_clock_utc_ms(void);
/* A `TimeQuality` of hal/clock.ts. */
unsigned wall_clock_quality(void);

#endif
