/* Brings one slot into the form in which it lies in flash. */
#ifndef HEDDLE_SETTLE_H
#define HEDDLE_SETTLE_H

#include "xsAll.h"

void settle(txSlot *slot);

#endif
