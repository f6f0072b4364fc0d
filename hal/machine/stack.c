/* The one JavaScript stack. */
#include "stack.h"

#include "table.h"

/* What the engine keeps there for a machine, and what C keeps. */
#define RESTING_SLOTS (mxInstanceInspectorsStackIndex + 1 + KEPT_COUNT)

/* What the stack never reached holds nothing but this, which is no slot's kind. */
#define UNTOUCHED 0x55
/* No call leaves out that many slots. */
#define UNTOUCHED_RUN 64

/* Whose slots are on it. */
static struct life *borrower;
/* Before the last wipe. */
static size_t peak_before;

static txSlot *bottom(void)
{
	return (txSlot *)(void *)table_stack;
}

static txSlot *top(void)
{
	return bottom() + stack_count();
}

/* Where those slots lie that a machine has between calls. */
static txSlot *resting_place(void)
{
	return top() - RESTING_SLOTS;
}

txSize stack_count(void)
{
	return (txSize)(table_stack_bytes / sizeof(txSlot));
}

txSlot *stack_give(txSize count)
{
	return count == stack_count() ? bottom() : NULL;
}

bool stack_enrol(struct life *life)
{
	static bool clean;

	if (!clean)
		memset(table_stack, UNTOUCHED, table_stack_bytes);
	clean = true;
	life->resting = heap_take_high(RESTING_SLOTS * sizeof(txSlot));
	return life->resting != NULL;
}

void stack_lend(struct life *life)
{
	if (life == borrower)
		return;
	if (borrower != NULL)
		memcpy(borrower->resting, resting_place(), RESTING_SLOTS * sizeof(txSlot));
	if (life->the != NULL)
		memcpy(resting_place(), life->resting, RESTING_SLOTS * sizeof(txSlot));
	borrower = life;
}

bool stack_rests(const struct life *life)
{
	return life->the->stack == resting_place();
}

/*
 * The engine writes numbers and runs regular expressions in the stack's unused end, so what was
 * touched there says nothing: the stack ends where a run of slots was never reached.
 */
static size_t peak_now(void)
{
	const txSlot *slot = top(), *deepest = slot;

	while (slot > bottom() && deepest - slot < UNTOUCHED_RUN)
		if ((--slot)->kind != UNTOUCHED)
			deepest = slot;
	return (size_t)((const uint8_t *)top() - (const uint8_t *)deepest);
}

size_t stack_peak(void)
{
	size_t now = peak_now();

	return now > peak_before ? now : peak_before;
}

void stack_wipe(struct life *life)
{
	txSlot *end = resting_place();

	peak_before = stack_peak();
	if (life == borrower) {
		borrower = NULL;
		end = top();
	}
	memset(bottom(), UNTOUCHED, (size_t)((uint8_t *)end - (uint8_t *)bottom()));
}
