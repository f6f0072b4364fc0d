/* The one JavaScript stack. */
#include "stack.h"

#include "table.h"

/* What the engine keeps there for a machine, and what C keeps. */
#define RESTING_SLOTS (mxInstanceInspectorsStackIndex + 1 + KEPT_COUNT)
#define REFERENCES_BYTES (RESTING_SLOTS * sizeof(txSlot *))

/* The engine's three lists for debuggers, which no board has, are the last that it pushes. */
_Static_assert(mxBreakpointsStackIndex + 2 == mxInstanceInspectorsStackIndex, "three lists");

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

/* By their places from the lowest one up: of what kind a slot is that refers to nothing. */
static const txKind EMPTY_KINDS[RESTING_SLOTS] = {
	[KEPT_COUNT] = XS_LIST_KIND,
	[KEPT_COUNT + 1] = XS_LIST_KIND,
	[KEPT_COUNT + 2] = XS_LIST_KIND,
};

/* Where those slots lie that a machine has between calls. */
static txSlot *resting_place(void)
{
	return top() - RESTING_SLOTS;
}

/* In the life's heap, taken first: what each of its slots refers to, or null. */
static txSlot **references_of(const struct life *life)
{
	return (txSlot **)(void *)(life->heap.end - REFERENCES_BYTES);
}

static void take_back(const struct life *life)
{
	const txSlot *slot = resting_place();
	txSlot **reference = references_of(life);

	for (unsigned i = 0; i < RESTING_SLOTS; i++, slot++)
		reference[i] = slot->kind == XS_REFERENCE_KIND ? slot->value.reference : NULL;
}

static void put_down(const struct life *life)
{
	txSlot *slot = resting_place();
	txSlot *const *reference = references_of(life);

	memset(slot, 0, RESTING_SLOTS * sizeof *slot);
	for (unsigned i = 0; i < RESTING_SLOTS; i++, slot++) {
		slot->kind = reference[i] == NULL ? EMPTY_KINDS[i] : XS_REFERENCE_KIND;
		slot->value.reference = reference[i];
	}
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
	return heap_take_high(REFERENCES_BYTES) == (void *)references_of(life);
}

void stack_lend(struct life *life)
{
	if (life == borrower)
		return;
	if (borrower != NULL)
		take_back(borrower);
	if (life->the != NULL)
		put_down(life);
	borrower = life;
}

txSlot *stack_kept(enum kept which)
{
	return resting_place() + which;
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
