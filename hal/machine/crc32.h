/* CRC-32 of bytes: reflected polynomial 0xedb88320. IEEE 802.3 clause 3.2.9. */
#ifndef HEDDLE_CRC32_H
#define HEDDLE_CRC32_H

#include <stdint.h>

/* Takes `length` bytes into a running value: all ones at first, and in the end its complement. */
uint32_t crc32_step(uint32_t crc, const uint8_t *bytes, uint32_t length);

#endif
