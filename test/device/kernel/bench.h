/* What the kernel's bench tells the puppets beside their lines. */

#ifndef HEDDLE_BENCH_H
#define HEDDLE_BENCH_H

#include <stdbool.h>

/* A puppet's serial line is this device, counted from its partition's number. */
#define LINE_PARTY 128u

/* Off: the puppet throws whenever it is made. */
bool bench_power(unsigned partition);

#endif
