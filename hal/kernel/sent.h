/* What a send answers, on a channel and on a device alike: hal/sent.ts. */

#ifndef HEDDLE_SENT_H
#define HEDDLE_SENT_H

enum sent { SENT_OK = 0, SENT_FULL = 1, SENT_RESTARTED = 2, SENT_REFUSED = 3 };

#endif
