/* Sequences of bytecodes that are done at once: see fused-codes.h. */
#ifndef HEDDLE_FUSE_H
#define HEDDLE_FUSE_H

#include "xsAll.h"

/* The bytecode behind the one at `p`. */
txByte *code_after(txByte *p);

/* Puts our opcodes where a sequence begins. What is there must be the engine's own bytecodes. */
void fuse(txByte *p, const txByte *end);

#endif
