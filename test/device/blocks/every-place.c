/*
 * The block functions of bare boards, built for this machine under other names, against this
 * machine's own: all places within two words, all short lengths. Says the first difference.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void *block_copy(void *to, const void *from, size_t length);
void *block_move(void *to, const void *from, size_t length);
void *block_fill(void *to, int value, size_t length);

#define PLACES 9
#define LENGTHS 70
#define ROOM 256

static uint8_t ours[ROOM], theirs[ROOM];

static void begin(void)
{
	for (unsigned i = 0; i < ROOM; i++)
		ours[i] = theirs[i] = (uint8_t)(i * 7 + 3);
}

static int differs(const char *what, size_t to, size_t from, size_t length)
{
	if (memcmp(ours, theirs, ROOM) == 0)
		return 0;
	printf("%s to %zu from %zu, %zu bytes\n", what, to, from, length);
	return 1;
}

static int one(size_t to, size_t from, size_t length)
{
	begin();
	if (block_copy(ours + to, ours + 128 + from, length) != ours + to)
		return 1;
	memcpy(theirs + to, theirs + 128 + from, length);
	if (differs("copy", to, from, length))
		return 1;
	begin();
	if (block_move(ours + to, ours + from, length) != ours + to)
		return 1;
	memmove(theirs + to, theirs + from, length);
	if (differs("move", to, from, length))
		return 1;
	begin();
	if (block_fill(ours + to, 0x1a5, length) != ours + to)
		return 1;
	memset(theirs + to, 0x1a5, length);
	return differs("fill", to, from, length);
}

int main(void)
{
	for (size_t to = 0; to < PLACES; to++)
		for (size_t from = 0; from < PLACES; from++)
			for (size_t length = 0; length < LENGTHS; length++)
				if (one(to, from, length) != 0)
					return 1;
	printf("alike\n");
	return 0;
}
