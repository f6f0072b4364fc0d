/*
 * The links to the WAN over one serial line, for a board whose modem is at its other end: a frame
 * of HDLC-lite holds the link's number (1 byte) and a datagram with its 18 bytes of address.
 */

#ifndef HEDDLE_WAN_LINE_H
#define HEDDLE_WAN_LINE_H

void wan_line_start(void);

#endif
