/* The only way from one partition to another. */

#ifndef HEDDLE_ROUTER_H
#define HEDDLE_ROUTER_H

#include <stdint.h>

/* What a send of the running instance `from` answers; `length` as kernel_send has it. */
unsigned router_send(double now, unsigned from, unsigned to, const uint8_t *bytes, unsigned length);

#endif
