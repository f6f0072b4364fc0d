/* What of the kernel's life is told on the console: firmware/kernel/observer.ts for one's eyes. */

#ifndef HEDDLE_WATCH_H
#define HEDDLE_WATCH_H

#include <stdint.h>

void watch_delivered(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);
void watch_refused(unsigned from, unsigned to, int operation);
void watch_faulted(unsigned party, unsigned kind, const char *what);
void watch_restarted(unsigned party);
void watch_held(unsigned party, double until);

/* A datagram of a link went out or came in. */
void watch_datagram(unsigned out);
/* Now and then, the sums so far. */
void watch_poll(double now);
/* The sums so far, of every partition too where lines are for a program. */
void watch_status(void);

#endif
