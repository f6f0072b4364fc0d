/* Lives and deaths of partitions. The only place that sees how a call into a machine ended. */

#ifndef HEDDLE_SUPERVISOR_H
#define HEDDLE_SUPERVISOR_H

/* From now on all that are written are to be started, each when its turn comes. */
void supervisor_start_all(void);
/* Begins a life: the first one, or the next. */
void supervisor_start(double now, unsigned partition);
/* Starts again those whose pause or hold is over. */
void supervisor_restart_due(double now);
/* Ends a hold before its time; the partition starts in the next turn. */
void supervisor_release(double now, unsigned partition);
/* Hands over one message; the partition's backlog is not empty. */
void supervisor_receive(double now, unsigned partition);
void supervisor_tick(double now, unsigned partition);

#endif
