/*
 * The layout of what an image holds. The image maker writes its own as image-layout.h; a target
 * whose compiler lays these out otherwise does not compile (layout.c).
 */
#ifndef HEDDLE_LAYOUT_H
#define HEDDLE_LAYOUT_H

#include <stddef.h>
#include "segment.h"

#define LAYOUT(FIELD) \
	FIELD(SLOT, sizeof(txSlot)) \
	FIELD(SLOT_ID, offsetof(txSlot, ID)) \
	FIELD(SLOT_FLAG, offsetof(txSlot, flag)) \
	FIELD(SLOT_KIND, offsetof(txSlot, kind)) \
	FIELD(SLOT_VALUE, offsetof(txSlot, value)) \
	FIELD(CHUNK, sizeof(txChunk)) \
	FIELD(ID, sizeof(txID)) \
	FIELD(IDS, XS_ID_COUNT) \
	FIELD(CODES, XS_CODE_COUNT) \
	FIELD(MACHINE, sizeof(txMachine)) \
	FIELD(MACHINE_STACK_TOP, offsetof(txMachine, stackTop)) \
	FIELD(MACHINE_NAMES, offsetof(txMachine, nameTable)) \
	FIELD(MACHINE_SYMBOLS, offsetof(txMachine, symbolTable)) \
	FIELD(MACHINE_KEYS, offsetof(txMachine, keyArray)) \
	FIELD(MACHINE_KEY_INDEX, offsetof(txMachine, keyIndex)) \
	FIELD(MACHINE_PROFILE, offsetof(txMachine, profileID)) \
	FIELD(MACHINE_SEGMENT, offsetof(txMachine, segment)) \
	FIELD(IMAGE, sizeof(struct image)) \
	FIELD(SEGMENT, sizeof(struct segment)) \
	FIELD(SEGMENT_LENGTH, offsetof(struct segment, length)) \
	FIELD(SEGMENT_HASH, offsetof(struct segment, hash)) \
	FIELD(SEGMENT_DIGEST, offsetof(struct segment, digest)) \
	FIELD(SEGMENT_ABI, offsetof(struct segment, abi)) \
	FIELD(SEGMENT_KEYS, offsetof(struct segment, keys))

#endif
