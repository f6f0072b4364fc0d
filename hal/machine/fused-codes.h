/*
 * Opcodes of our own behind the engine's: each does what a frequent sequence of bytecodes does.
 *
 * The image maker puts one in the place of a sequence's first opcode and leaves all other bytes as
 * they are (fuse.c). So whoever jumps into the middle finds what was there, and when a value is not
 * of the common kind, the first bytecode is done as ever, and the others after it (run-fused.h).
 */
#ifndef HEDDLE_FUSED_CODES_H
#define HEDDLE_FUSED_CODES_H

/* Each with its size in the engine's table, which is that of its sequence's first bytecode. */
#define mxFusedCodes(CODE) \
	CODE(FUSED_BEGIN, 2) \
	CODE(FUSED_NEW_LOCAL, 0) \
	CODE(FUSED_PARAMETER, 2) \
	CODE(FUSED_LET, 2) \
	CODE(FUSED_SET, 2) \
	CODE(FUSED_RETURN, 1) \
	CODE(FUSED_FUNCTION, 1) \
	CODE(FUSED_METHOD, 1) \
	CODE(FUSED_THIS_PROPERTY, 1) \
	CODE(FUSED_LOCALS, 2) \
	CODE(FUSED_LOCAL_INTEGER, 2) \
	CODE(FUSED_LOCAL_ADD, 2) \
	CODE(FUSED_LOCAL_COMPARE, 2) \
	CODE(FUSED_COMPARE, 2) \
	CODE(FUSED_ELEMENT, 1) \
	CODE(FUSED_ADD_ELEMENT, 1) \
	CODE(FUSED_INTEGER_ELEMENT, 2) \
	CODE(FUSED_LOCALS_ELEMENT, 2) \
	CODE(FUSED_LOCALS_ADD_ELEMENT, 2)

#define mxFusedEnum(NAME, SIZE) XS_CODE_##NAME,
#define mxFusedName(NAME, SIZE) #NAME,
#define mxFusedSize(NAME, SIZE) SIZE,
#define mxFusedLabel(NAME, SIZE) &&XS_CODE_##NAME,

#endif
