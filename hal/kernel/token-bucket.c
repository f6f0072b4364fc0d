/* A declared rate. The arithmetic is that of firmware/kernel/token-bucket.ts, in whole numbers. */

#include "token-bucket.h"

#define TOKEN 1000u

void token_bucket_fill(struct token_bucket *bucket, unsigned burst)
{
	bucket->level = burst * TOKEN;
	bucket->filled_at = 0;
}

bool token_bucket_has(struct token_bucket *bucket, double now, unsigned per_second, unsigned burst)
{
	const uint32_t capacity = burst * TOKEN;
	const double elapsed = now - bucket->filled_at;

	/*
	 * A rate is at least one a second, so the bucket is full after `capacity` milliseconds. Below
	 * that the sum fits: 255,000 ms at 10,000 a second and 255,000 that were there.
	 */
	if (elapsed >= capacity) {
		bucket->level = capacity;
	} else {
		const uint32_t grown = bucket->level + (uint32_t)elapsed * per_second;
		bucket->level = grown < capacity ? grown : capacity;
	}
	bucket->filled_at = now;
	return bucket->level >= TOKEN;
}

void token_bucket_take(struct token_bucket *bucket)
{
	bucket->level -= TOKEN;
}
