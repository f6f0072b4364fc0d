/* Where a runner's requests come from and its answers go: the files `in` and `out`. */

#ifndef HEDDLE_CONSOLE_H
#define HEDDLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

bool console_open(void);

/* The next line, without its end, as text of up to `room - 1` characters. False: no more. */
bool console_line(char *line, unsigned room);

void console_text(const char *text);
void console_number(uint64_t number);
void console_hex(const uint8_t *bytes, unsigned length);

/* Writes what is still held back and ends the program, with success or with a reason. */
_Noreturn void console_end(const char *failure);

#endif
