/*
 * From a script's text to bytecode that runs where it lies: names are the machine's numbers, and
 * functions and strings are used in place instead of being copied to the heap.
 */
#ifndef HEDDLE_BYTECODE_H
#define HEDDLE_BYTECODE_H

#include <stdbool.h>
#include "xsAll.h"
#include "xsScript.h"

/* False: the file is not there or is no script. The bytecode lies in `heap`, the machine's own. */
bool bytecode_of(txMachine *the, struct heap *heap, txString path, txScript *script);

/* The engine keeps the strings of a tagged template in the realm, and that is frozen. */
bool bytecode_has_tagged_template(const txScript *script);

#endif
