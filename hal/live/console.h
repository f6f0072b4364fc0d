/*
 * What the hub says of itself while it runs: an event a line, in words or as JSON. Never a key, and
 * nothing that a meter measured.
 */

#ifndef HEDDLE_CONSOLE_H
#define HEDDLE_CONSOLE_H

#include <stdint.h>

void console_begin(const char *event);
void console_text(const char *name, const char *text);
/* A whole number below 2^53. */
void console_number(const char *name, double value);
/* 8 bytes in radio order, as 16 digits. */
void console_eui64(const char *name, const uint8_t *eui64);
void console_end(void);

#endif
