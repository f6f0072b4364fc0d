/* Time and sleep of a board without an operating system, and its watchdog where it has one. */

#ifndef HEDDLE_TIMER_H
#define HEDDLE_TIMER_H

void timer_start(void);
/* Milliseconds since timer_start, whole. Asked at least once in two minutes. */
double timer_now(void);
/* Sleeps until the next interrupt, a millisecond at most. */
void timer_sleep(void);
/* From the first time on, a turn that takes ten seconds ends the board. */
void timer_feed_watchdog(void);

#endif
