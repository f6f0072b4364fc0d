/* Finds the sequences of bytecodes that one of our opcodes stands for. */
#include "fuse.h"

#include <stdbool.h>

/* In a sequence, any comparison, and any of the branches that run-fused.h knows. */
#define COMPARISON XS_NO_CODE
#define BRANCH XS_CODE_BRANCH_ELSE_2

#define SEQUENCE_MAX 6

struct sequence {
	txU1 fused, count;
	txU1 codes[SEQUENCE_MAX];
};

/* A longer one before those that it begins with. */
static const struct sequence SEQUENCES[] = {
	{ XS_CODE_FUSED_BEGIN, 2, { XS_CODE_BEGIN_STRICT, XS_CODE_RESERVE_1 } },
	{ XS_CODE_FUSED_NEW_LOCAL, 1, { XS_CODE_NEW_LOCAL } },
	{ XS_CODE_FUSED_PARAMETER, 3, { XS_CODE_ARGUMENT, XS_CODE_VAR_LOCAL_1, XS_CODE_POP } },
	{ XS_CODE_FUSED_LET, 2, { XS_CODE_LET_LOCAL_1, XS_CODE_POP } },
	{ XS_CODE_FUSED_SET, 2, { XS_CODE_SET_LOCAL_1, XS_CODE_POP } },
	{ XS_CODE_FUSED_RETURN, 2, { XS_CODE_SET_RESULT, XS_CODE_END } },
	{ XS_CODE_FUSED_FUNCTION, 3, { XS_CODE_UNDEFINED, XS_CODE_GET_CLOSURE_1, XS_CODE_CALL } },
	{ XS_CODE_FUSED_METHOD, 3, { XS_CODE_DUB, XS_CODE_GET_PROPERTY, XS_CODE_CALL } },
	{ XS_CODE_FUSED_THIS_PROPERTY, 2, { XS_CODE_THIS, XS_CODE_GET_PROPERTY } },
	{ XS_CODE_FUSED_LOCALS_ADD_ELEMENT,
	  6,
	  { XS_CODE_GET_LOCAL_1, XS_CODE_GET_LOCAL_1, XS_CODE_INTEGER_1, XS_CODE_ADD, XS_CODE_AT,
	    XS_CODE_GET_PROPERTY_AT } },
	{ XS_CODE_FUSED_LOCALS_ELEMENT,
	  4,
	  { XS_CODE_GET_LOCAL_1, XS_CODE_GET_LOCAL_1, XS_CODE_AT, XS_CODE_GET_PROPERTY_AT } },
	{ XS_CODE_FUSED_LOCAL_COMPARE,
	  4,
	  { XS_CODE_GET_LOCAL_1, XS_CODE_INTEGER_1, COMPARISON, BRANCH } },
	{ XS_CODE_FUSED_LOCAL_ADD, 3, { XS_CODE_GET_LOCAL_1, XS_CODE_INTEGER_1, XS_CODE_ADD } },
	{ XS_CODE_FUSED_LOCAL_INTEGER, 2, { XS_CODE_GET_LOCAL_1, XS_CODE_INTEGER_1 } },
	{ XS_CODE_FUSED_LOCALS, 2, { XS_CODE_GET_LOCAL_1, XS_CODE_GET_LOCAL_1 } },
	{ XS_CODE_FUSED_INTEGER_ELEMENT,
	  4,
	  { XS_CODE_INTEGER_1, XS_CODE_ADD, XS_CODE_AT, XS_CODE_GET_PROPERTY_AT } },
	{ XS_CODE_FUSED_COMPARE, 3, { XS_CODE_INTEGER_1, COMPARISON, BRANCH } },
	{ XS_CODE_FUSED_ADD_ELEMENT, 3, { XS_CODE_ADD, XS_CODE_AT, XS_CODE_GET_PROPERTY_AT } },
	{ XS_CODE_FUSED_ELEMENT, 2, { XS_CODE_AT, XS_CODE_GET_PROPERTY_AT } },
};

txByte *code_after(txByte *p)
{
	const txS1 size = gxCodeSizes[*(txU1 *)p];
	txU2 length2;
	txS4 length4;

	if (size > 0)
		return p + size;
	p++;
	if (size == 0)
		return p + sizeof(txID);
	if (size == -1)
		return p + 1 + *(txU1 *)p;
	if (size == -2) {
		mxDecode2(p, length2);
		return p + length2;
	}
	mxDecode4(p, length4);
	return p + length4;
}

static bool is_comparison(txU1 code)
{
	return code == XS_CODE_LESS || code == XS_CODE_LESS_EQUAL || code == XS_CODE_MORE ||
	       code == XS_CODE_MORE_EQUAL || code == XS_CODE_STRICT_EQUAL ||
	       code == XS_CODE_STRICT_NOT_EQUAL;
}

static bool is_wanted(txU1 wanted, txU1 code)
{
	if (wanted == COMPARISON)
		return is_comparison(code);
	return code == wanted || (wanted == BRANCH && code == XS_CODE_BRANCH_IF_2);
}

static bool begins(const struct sequence *sequence, txByte *p, const txByte *end)
{
	for (unsigned i = 0; i < sequence->count; i++) {
		if (p >= end || !is_wanted(sequence->codes[i], *(txU1 *)p))
			return false;
		p = code_after(p);
	}
	return true;
}

void fuse(txByte *p, const txByte *end)
{
	while (p < end) {
		txByte *const next = code_after(p);

		for (unsigned i = 0; i < sizeof SEQUENCES / sizeof SEQUENCES[0]; i++) {
			if (begins(&SEQUENCES[i], p, end)) {
				*(txU1 *)p = SEQUENCES[i].fused;
				break;
			}
		}
		p = next;
	}
}
