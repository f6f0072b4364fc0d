/* States what must hold in the kernel itself. A failure is our defect: the board starts anew. */

#ifndef HEDDLE_CHECK_H
#define HEDDLE_CHECK_H

#include "board.h"

#define check(condition, what)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			board_panic(what);                                                         \
	} while (0)

#endif
