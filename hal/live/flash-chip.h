/*
 * The flash chip as the kernel uses it, over a port that does each thing at once. Writes and
 * erases are done when they are asked for; reads, and all completions, when the loop comes round:
 * so nothing has to be kept of them but where they are.
 */

#ifndef HEDDLE_FLASH_CHIP_H
#define HEDDLE_FLASH_CHIP_H

#include <stdbool.h>
#include <stdint.h>

void flash_chip_start(void);
/* board_flash of board.h. */
unsigned flash_chip_submit(unsigned region, unsigned operation, uint32_t offset,
			   const uint8_t *bytes, unsigned length);
/* Delivers what has been done. */
void flash_chip_poll(double now);
bool flash_chip_busy(void);

#endif
