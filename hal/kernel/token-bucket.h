/* A declared rate: so many a second in the long run, so many at once. */

#ifndef HEDDLE_TOKEN_BUCKET_H
#define HEDDLE_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
	double filled_at;
	/* Thousandths of a token, so that a millisecond's share is a whole number. */
	uint32_t level;
};

void token_bucket_fill(struct token_bucket *bucket, unsigned burst);
/* Whether there is a token at `now`, monotonic milliseconds. */
bool token_bucket_has(struct token_bucket *bucket, double now, unsigned per_second, unsigned burst);
/* Takes the token that `has` showed. */
void token_bucket_take(struct token_bucket *bucket);

#endif
