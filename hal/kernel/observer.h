/*
 * Sees everything that passes, for traces and tests: firmware/kernel/observer.ts. A board that has
 * nobody to show it to links observer-none.c.
 */

#ifndef HEDDLE_OBSERVER_H
#define HEDDLE_OBSERVER_H

#include <stdint.h>

/* Before the receiver is called; device input and flash completions are messages too. */
void observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			unsigned length);
/* `operation` is -1 for a message without a first byte. */
void observer_refused(double now, unsigned from, unsigned to, int operation);
/* The instance is gone; `kind` is an `enum fault`. */
void observer_faulted(double now, unsigned party, unsigned kind, const char *what);
void observer_restarted(double now, unsigned party);
/* No new instance before `until`. */
void observer_held(double now, unsigned party, double until);

#endif
