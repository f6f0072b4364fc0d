/*
 * What the opcodes of fused-codes.h do. This is included in the engine's loop over bytecodes, and
 * uses its variables and macros. Each first asks whether all is as it mostly is; if not, nothing
 * has been done yet, and it goes to the engine's own case for the first bytecode of the sequence.
 */

/* From one place on the stack to another. */
#define mxFusedCopy(TO, FROM) \
	(TO)->next = C_NULL; \
	mxInitSlotKind(TO, (FROM)->kind); \
	(TO)->value = (FROM)->value

#define mxFusedInteger(TO, INTEGER) \
	(TO)->next = C_NULL; \
	mxInitSlotKind(TO, XS_INTEGER_KIND); \
	(TO)->value.integer = INTEGER

#define mxFusedClear(SLOT) \
	(SLOT)->next = C_NULL; \
	mxInitSlotKind(SLOT, XS_UNDEFINED_KIND)

/* What a call has below its function: frame, count and the like. */
#define mxFusedCall() \
	mxInitSlotKind(mxStack, XS_UNINITIALIZED_KIND); \
	mxInitSlotKind(mxStack + 1, XS_UNINITIALIZED_KIND); \
	mxInitSlotKind(mxStack + 2, XS_UNDEFINED_KIND); \
	mxInitSlotKind(mxStack + 3, XS_UNDEFINED_KIND)

/* `slot` becomes the property of an ordinary object, which is no accessor. */
#define mxFusedFind(INSTANCE, OTHERWISE) \
	holder = INSTANCE; \
	do { \
		if (!mxIsPlain(holder)) \
			goto OTHERWISE; \
		slot = holder->next; \
		while (slot && (slot->ID != (txID)offset)) \
			slot = slot->next; \
		holder = holder->value.instance.prototype; \
	} while (!slot && holder); \
	if (!slot || (slot->flag & XS_INTERNAL_FLAG) || (slot->kind == XS_ACCESSOR_KIND)) \
		goto OTHERWISE

/* `offset` becomes the element that it names of an array of bytes. */
#define mxFusedElement(REFERENCE, OTHERWISE) \
	if ((REFERENCE)->kind != XS_REFERENCE_KIND) \
		goto OTHERWISE; \
	slot = (REFERENCE)->value.reference; \
	if (!(slot->flag & XS_EXOTIC_FLAG)) \
		goto OTHERWISE; \
	slot = fxByteArray(slot, (txU4)offset); \
	if (!slot) \
		goto OTHERWISE; \
	offset = mxByteAt(slot, offset)

/* `offset` becomes the sum, if it is an integer. */
#define mxFusedAdd(A, B, OTHERWISE) { \
		txInteger sum; \
		if (__builtin_add_overflow(A, B, &sum)) \
			goto OTHERWISE; \
		offset = sum; \
	}

/* Whether `offset` compares with INTEGER as the opcode asks. */
#define mxFusedCompare(RESULT, OPCODE, INTEGER) \
	switch (OPCODE) { \
	case XS_CODE_LESS: RESULT = offset < (INTEGER); break; \
	case XS_CODE_LESS_EQUAL: RESULT = offset <= (INTEGER); break; \
	case XS_CODE_MORE: RESULT = offset > (INTEGER); break; \
	case XS_CODE_MORE_EQUAL: RESULT = offset >= (INTEGER); break; \
	case XS_CODE_STRICT_EQUAL: RESULT = offset == (INTEGER); break; \
	default: RESULT = offset != (INTEGER); break; \
	}

/* The branch at PLACE, when it is taken if `index` is true, or if it is not. */
#define mxFusedBranch(PLACE) \
	if (index == (mxRunU1(PLACE) == XS_CODE_BRANCH_IF_2)) { \
		mxSkipCode(PLACE); \
		offset = mxRunS2(1); \
		mxBranch(3, offset); \
	} \
	else \
		mxNextCode(PLACE + 3)

		/* BEGIN_STRICT, RESERVE_1 */
		mxCase(XS_CODE_FUSED_BEGIN)
			if (mxFrameTarget->kind != XS_UNDEFINED_KIND)
				goto XS_CODE_BEGIN_STRICT;
			mxFrame->flag |= XS_STRICT_FLAG;
			index = mxRunU1(3);
			slot = mxStack;
			mxAllocStack(index);
			for (; index >= 4; index -= 4) {
				slot -= 4;
				mxFusedClear(slot);
				mxFusedClear(slot + 1);
				mxFusedClear(slot + 2);
				mxFusedClear(slot + 3);
			}
			for (; index; index--) {
				slot--;
				mxFusedClear(slot);
			}
			mxNextCode(4);
			if (byte != XS_CODE_FUSED_NEW_LOCAL)
				mxBreak;
		/* NEW_LOCAL, and as many as follow */
		mxCase(XS_CODE_FUSED_NEW_LOCAL)
			do {
				mxScope--;
				mxScope->kind = XS_UNINITIALIZED_KIND;
				mxScope->flag = XS_DONT_DELETE_FLAG;
				mxScope->ID = (txID)mxRunID(1);
				mxNextCode(1 + sizeof(txID));
			} while (byte == XS_CODE_FUSED_NEW_LOCAL);
			if (byte != XS_CODE_FUSED_PARAMETER)
				mxBreak;
		/* ARGUMENT, VAR_LOCAL_1, POP, and as many as follow */
		mxCase(XS_CODE_FUSED_PARAMETER)
			do {
				offset = mxRunU1(1);
				if (offset >= mxFrameArgc)
					goto XS_CODE_ARGUMENT;
				slot = mxFrameArgv(offset);
				variable = mxEnvironment - mxRunU1(3);
				variable->kind = slot->kind;
				variable->value = slot->value;
				mxNextCode(5);
			} while (byte == XS_CODE_FUSED_PARAMETER);
			mxBreak;

		/* LET_LOCAL_1, POP */
		mxCase(XS_CODE_FUSED_LET)
			variable = mxEnvironment - mxRunU1(1);
			variable->kind = mxStack->kind;
			variable->value = mxStack->value;
			mxStack++;
			mxNextCode(3);
			mxBreak;
		/* SET_LOCAL_1, POP */
		mxCase(XS_CODE_FUSED_SET)
			variable = mxEnvironment - mxRunU1(1);
			if ((variable->kind < 0) || (variable->flag & XS_DONT_SET_FLAG))
				goto XS_CODE_SET_LOCAL_1;
			variable->kind = mxStack->kind;
			variable->value = mxStack->value;
			mxStack++;
			mxNextCode(3);
			mxBreak;
		/* SET_RESULT, END */
		mxCase(XS_CODE_FUSED_RETURN)
			if (mxFrameTarget->kind != XS_UNDEFINED_KIND)
				goto XS_CODE_SET_RESULT;
			slot = mxStack;
			goto XS_CODE_END_ALL;

		/* UNDEFINED, GET_CLOSURE_1, CALL */
		mxCase(XS_CODE_FUSED_FUNCTION)
			variable = (mxEnvironment - mxRunU1(2))->value.closure;
			if ((variable->kind < 0) || variable->ID)
				goto XS_CODE_UNDEFINED;
			mxAllocStack(6);
			mxStack[5].next = C_NULL;
			mxInitSlotKind(mxStack + 5, XS_UNDEFINED_KIND);
			mxFusedCopy(mxStack + 4, variable);
			mxFusedCall();
			mxNextCode(4);
			mxBreak;
		/* DUB, GET_PROPERTY, CALL */
		mxCase(XS_CODE_FUSED_METHOD)
			if (mxStack->kind != XS_REFERENCE_KIND)
				goto XS_CODE_DUB;
			offset = mxRunID(2);
			mxFusedFind(mxStack->value.reference, XS_CODE_DUB);
			mxAllocStack(5);
			mxFusedCopy(mxStack + 4, slot);
			mxFusedCall();
			mxNextCode(3 + sizeof(txID));
			mxBreak;
		/* THIS, GET_PROPERTY */
		mxCase(XS_CODE_FUSED_THIS_PROPERTY)
			if (mxFrameThis->kind != XS_REFERENCE_KIND)
				goto XS_CODE_THIS;
			offset = mxRunID(2);
			mxFusedFind(mxFrameThis->value.reference, XS_CODE_THIS);
			mxAllocStack(1);
			mxFusedCopy(mxStack, slot);
			mxNextCode(2 + sizeof(txID));
			mxBreak;

		/* GET_LOCAL_1, GET_LOCAL_1 */
		mxCase(XS_CODE_FUSED_LOCALS)
			variable = mxEnvironment - mxRunU1(1);
			slot = mxEnvironment - mxRunU1(3);
			if ((variable->kind < 0) || (slot->kind < 0))
				goto XS_CODE_GET_LOCAL_1;
			mxAllocStack(2);
			mxFusedCopy(mxStack + 1, variable);
			mxFusedCopy(mxStack, slot);
			mxNextCode(4);
			mxBreak;
		/* GET_LOCAL_1, INTEGER_1 */
		mxCase(XS_CODE_FUSED_LOCAL_INTEGER)
			variable = mxEnvironment - mxRunU1(1);
			if (variable->kind < 0)
				goto XS_CODE_GET_LOCAL_1;
			mxAllocStack(2);
			mxFusedCopy(mxStack + 1, variable);
			mxFusedInteger(mxStack, mxRunS1(3));
			mxNextCode(4);
			mxBreak;
		/* GET_LOCAL_1, INTEGER_1, ADD */
		mxCase(XS_CODE_FUSED_LOCAL_ADD)
			variable = mxEnvironment - mxRunU1(1);
			if (variable->kind != XS_INTEGER_KIND)
				goto XS_CODE_GET_LOCAL_1;
			mxFusedAdd(variable->value.integer, mxRunS1(3), XS_CODE_GET_LOCAL_1);
			mxAllocStack(1);
			mxFusedInteger(mxStack, offset);
			mxNextCode(5);
			mxBreak;
		/* GET_LOCAL_1, INTEGER_1, a comparison, BRANCH_ELSE_2 or BRANCH_IF_2 */
		mxCase(XS_CODE_FUSED_LOCAL_COMPARE)
			variable = mxEnvironment - mxRunU1(1);
			if (variable->kind != XS_INTEGER_KIND)
				goto XS_CODE_GET_LOCAL_1;
			offset = variable->value.integer;
			mxFusedCompare(index, mxRunU1(4), mxRunS1(3));
			mxFusedBranch(5);
			mxBreak;
		/* INTEGER_1, a comparison, BRANCH_ELSE_2 or BRANCH_IF_2 */
		mxCase(XS_CODE_FUSED_COMPARE)
			if (mxStack->kind != XS_INTEGER_KIND)
				goto XS_CODE_INTEGER_1;
			offset = mxStack->value.integer;
			mxStack++;
			mxFusedCompare(index, mxRunU1(2), mxRunS1(1));
			mxFusedBranch(3);
			mxBreak;

		/* AT, GET_PROPERTY_AT */
		mxCase(XS_CODE_FUSED_ELEMENT)
			if (mxStack->kind != XS_INTEGER_KIND)
				goto XS_CODE_AT;
			offset = mxStack->value.integer;
			mxFusedElement(mxStack + 1, XS_CODE_AT);
			mxStack++;
			mxFusedInteger(mxStack, offset);
			mxNextCode(2);
			mxBreak;
		/* ADD, AT, GET_PROPERTY_AT */
		mxCase(XS_CODE_FUSED_ADD_ELEMENT)
			if ((mxStack->kind != XS_INTEGER_KIND) || (mxStack[1].kind != XS_INTEGER_KIND))
				goto XS_CODE_ADD;
			offset = mxStack->value.integer;
			mxFusedAdd(offset, mxStack[1].value.integer, XS_CODE_ADD);
			mxFusedElement(mxStack + 2, XS_CODE_ADD);
			mxStack += 2;
			mxFusedInteger(mxStack, offset);
			mxNextCode(3);
			mxBreak;
		/* INTEGER_1, ADD, AT, GET_PROPERTY_AT */
		mxCase(XS_CODE_FUSED_INTEGER_ELEMENT)
			if (mxStack->kind != XS_INTEGER_KIND)
				goto XS_CODE_INTEGER_1;
			mxFusedAdd(mxStack->value.integer, mxRunS1(1), XS_CODE_INTEGER_1);
			mxFusedElement(mxStack + 1, XS_CODE_INTEGER_1);
			mxStack++;
			mxFusedInteger(mxStack, offset);
			mxNextCode(5);
			mxBreak;
		/* GET_LOCAL_1, GET_LOCAL_1, AT, GET_PROPERTY_AT */
		mxCase(XS_CODE_FUSED_LOCALS_ELEMENT)
			variable = mxEnvironment - mxRunU1(3);
			if (variable->kind != XS_INTEGER_KIND)
				goto XS_CODE_FUSED_LOCALS;
			offset = variable->value.integer;
			variable = mxEnvironment - mxRunU1(1);
			mxFusedElement(variable, XS_CODE_FUSED_LOCALS);
			mxAllocStack(1);
			mxFusedInteger(mxStack, offset);
			mxNextCode(6);
			mxBreak;
		/* GET_LOCAL_1, GET_LOCAL_1, INTEGER_1, ADD, AT, GET_PROPERTY_AT */
		mxCase(XS_CODE_FUSED_LOCALS_ADD_ELEMENT)
			variable = mxEnvironment - mxRunU1(3);
			if (variable->kind != XS_INTEGER_KIND)
				goto XS_CODE_FUSED_LOCALS;
			mxFusedAdd(variable->value.integer, mxRunS1(5), XS_CODE_FUSED_LOCALS);
			variable = mxEnvironment - mxRunU1(1);
			mxFusedElement(variable, XS_CODE_FUSED_LOCALS);
			mxAllocStack(1);
			mxFusedInteger(mxStack, offset);
			mxNextCode(9);
			mxBreak;

#undef mxFusedCopy
#undef mxFusedInteger
#undef mxFusedClear
#undef mxFusedCall
#undef mxFusedFind
#undef mxFusedElement
#undef mxFusedAdd
#undef mxFusedCompare
#undef mxFusedBranch
