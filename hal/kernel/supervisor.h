/* Lives and deaths of partitions. The only place that sees how a call into a machine ended. */

#ifndef HEDDLE_SUPERVISOR_H
#define HEDDLE_SUPERVISOR_H

/* The first start of all that are written, the most important first. */
void supervisor_start_all(double now);
/* Starts again those whose pause or hold is over. */
void supervisor_restart_due(double now);
/* Ends a hold before its time; the partition starts in the next turn. */
void supervisor_release(double now, unsigned partition);
/* Hands over one message; the partition's backlog is not empty. */
void supervisor_receive(double now, unsigned partition);
void supervisor_tick(double now, unsigned partition);

#endif
