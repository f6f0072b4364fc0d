/* What nobody may write: flash, inside and outside. */

#ifndef HEDDLE_MEMORY_PROTECTION_H
#define HEDDLE_MEMORY_PROTECTION_H

/* From here on a write there is a fault of the processor, as it is on a chip. */
void memory_protection_start(void);

#endif
