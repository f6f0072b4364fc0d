/* The links to the WAN as UDP sockets, one for each. */

#ifndef HEDDLE_LINKS_H
#define HEDDLE_LINKS_H

#include "../live/port.h"

/* `wan`: udp://HOST:PORT, the host by name or address, an IPv6 address in brackets. */
void links_open(const char *wan);
/* For waiting on it. */
int links_descriptor(unsigned link);

#endif
