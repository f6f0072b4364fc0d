#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"

/* Room for the bytes of all fields of one request. */
static uint8_t room[REQUEST_LINE_MAX];
static unsigned used;

static unsigned nibble(char digit);

void request_read(struct request *request, char *line)
{
	request->verb = strtok(line, " ");
	request->count = 0;
	used = 0;
	if (request->verb == NULL)
		console_end("a line is empty");
	for (;;) {
		char *text = strtok(NULL, " ");

		if (text == NULL)
			return;
		if (request->count == REQUEST_FIELDS_MAX)
			console_end("too many fields");
		request->fields[request->count++] = (struct field){ .text = text };
	}
}

struct field request_bytes(struct request *request, unsigned index, unsigned extra)
{
	if (index >= request->count)
		console_end("a field is missing");
	struct field *field = &request->fields[index];
	unsigned digits = strcmp(field->text, "-") == 0 ? 0 : (unsigned)strlen(field->text);

	field->length = digits / 2;
	if (used + field->length + extra > sizeof room)
		console_end("fields are too long");
	field->bytes = room + used;
	used += field->length + extra;
	for (unsigned i = 0; i < field->length; i++) {
		unsigned high = nibble(field->text[2 * i]);

		field->bytes[i] = (uint8_t)(high << 4 | nibble(field->text[2 * i + 1]));
	}
	memset(field->bytes + field->length, 0, extra);
	return *field;
}

uint8_t *request_exactly(struct request *request, unsigned index, unsigned length)
{
	struct field field = request_bytes(request, index, 0);

	if (field.length != length)
		console_end("a field has another length");
	return field.bytes;
}

unsigned request_number(struct request *request, unsigned index)
{
	if (index >= request->count)
		console_end("a number is missing");
	return (unsigned)strtoul(request->fields[index].text, NULL, 10);
}

static unsigned nibble(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	console_end("a field is not hexadecimal");
}
