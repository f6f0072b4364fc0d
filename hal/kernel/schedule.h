/* Who is called next: the most important partition with work; equals take turns. */

#ifndef HEDDLE_SCHEDULE_H
#define HEDDLE_SCHEDULE_H

void schedule_reset(void);
/* The next to call, TABLE_NONE when nobody has work. */
unsigned schedule_next(double now);

#endif
