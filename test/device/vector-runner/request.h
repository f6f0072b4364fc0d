/* One request: a verb and its fields, hexadecimal bytes (`-` for none) or decimal numbers. */

#ifndef HEDDLE_REQUEST_H
#define HEDDLE_REQUEST_H

#include <stdint.h>

enum {
	REQUEST_LINE_MAX = 32768,
	REQUEST_FIELDS_MAX = 5,
};

struct field {
	const char *text;
	/* The field read as hexadecimal, in place of its text. */
	uint8_t *bytes;
	unsigned length;
};

struct request {
	const char *verb;
	unsigned count;
	struct field fields[REQUEST_FIELDS_MAX];
};

/* Splits `line`, which it writes over. */
void request_read(struct request *request, char *line);

/* Field `index` as bytes, with `extra` more behind them to write to. Ends the program if not. */
struct field request_bytes(struct request *request, unsigned index, unsigned extra);

/* The same of exactly `length` bytes. */
uint8_t *request_exactly(struct request *request, unsigned index, unsigned length);

unsigned request_number(struct request *request, unsigned index);

#endif
