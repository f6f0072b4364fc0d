/* The board's main loop on lines of its own, in real time. */

#ifndef HEDDLE_LIVE_H
#define HEDDLE_LIVE_H

/* Runs the hub until the port wants it to end. */
void live_serve(void);

#endif
