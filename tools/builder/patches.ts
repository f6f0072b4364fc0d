// The few lines of the engine that a frozen image needs otherwise, and the shorter way to bytes:
// exact text to find, once, and what to put in its place. When the engine changes there, fetching
// it fails and says where.

export interface Patch {
  /** In the engine's `sources`. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly why: string;
}

export const PATCHES: readonly Patch[] = [
  {
    file: "xsAPI.c",
    find: "\t#ifdef mxLink\n\t\t\tslot = fxLastProperty(the, fxNewObjectInstance(the));",
    put: "\t#if 1\n\t\t\tslot = fxLastProperty(the, fxNewObjectInstance(the));",
    why: "the image's global is a plain object, which machines inherit from",
  },
  {
    file: "xsMemory.c",
    find:
      "#define mxMarkChunk(_THE_DATA) \\\n" +
      "\t((txChunk*)(((txByte*)_THE_DATA) - sizeof(txChunk)))->size |= mxChunkFlag",
    put:
      "#define mxMarkChunk(_THE_DATA) \\\n" +
      "\t((void)(mxIsFrozen(_THE_DATA) || \\\n" +
      "\t(((txChunk*)(((txByte*)_THE_DATA) - sizeof(txChunk)))->size |= mxChunkFlag)))",
    why: "a collection writes no mark into the image",
  },
  {
    file: "xsMemory.c",
    find: "\t\tchunk->size = size;\n\t\tthe->currentChunksSize += capacity;",
    put:
      "#ifdef HEDDLE_IMAGE_MAKER\n" +
      "\t\tc_memset(data + sizeof(txChunk) + offset, 0, capacity - sizeof(txChunk) - offset);\n" +
      "#endif\n" +
      "\t\tchunk->size = size;\n\t\tthe->currentChunksSize += capacity;",
    why: "what an image holds behind a chunk's content is the same each time it is made",
  },
  {
    file: "xsMemory.c",
    find: "\tif ((data = (txByte*)(((txChunk*)(((txByte*)(_THE_DATA)) - sizeof(txChunk)))->temporary)))",
    put:
      "\tif (!mxIsFrozen(_THE_DATA) && \\\n" +
      "\t\t(data = (txByte*)(((txChunk*)(((txByte*)(_THE_DATA)) - sizeof(txChunk)))->temporary)))",
    why: "what lies in the image never moves",
  },
  {
    file: "xsMemory.c",
    find: "!(the->collectFlag & XS_SKIPPED_COLLECT_FLAG) ? the->minimumHeapCount : 64",
    put: "the->minimumHeapCount",
    why: "a heap that grows without a collection grows in small steps too",
  },
  {
    file: "xsRun.c",
    find: "\nvoid fxRunID(txMachine* the, txSlot* generator, txInteger count)\n{\n",
    put: `
/* The type slot of a Uint8Array that has this index, and its buffer too, or C_NULL. */
static inline txSlot* fxByteArray(txSlot* instance, txU4 index)
{
	txSlot* type = instance->next;
	txSlot* data;
	if (type->ID != XS_TYPED_ARRAY_BEHAVIOR)
		return C_NULL;
	if (type->value.typedArray.dispatch->setter != fxUint8Setter)
		return C_NULL;
	data = type->next->next->value.reference->next;
	if (!data->value.arrayBuffer.address)
		return C_NULL;
	if (data->next->value.bufferInfo.maxLength >= 0) {
		txU4 offset = (txU4)type->next->value.dataView.offset;
		txU4 length = (txU4)data->next->value.bufferInfo.length;
		if ((offset > length) || (index >= length - offset))
			return C_NULL;
	}
	return (index < (txU4)type->next->value.dataView.size) ? type : C_NULL;
}

#define mxByteData(TYPE) ((TYPE)->next->next->value.reference->next)
#define mxByteAt(TYPE, INDEX) \\
	(((txU1*)mxByteData(TYPE)->value.arrayBuffer.address) \\
		[(TYPE)->next->value.dataView.offset + (INDEX)])

/* It has no behavior of its own, and no machine has changed it since the image was made. */
#define mxIsPlain(INSTANCE) (!((INSTANCE)->flag & XS_EXOTIC_FLAG) && !(INSTANCE)->ID)

void fxRunID(txMachine* machine, txSlot* generator, txInteger count)
{
	register txMachine* the mxInRegister(MACHINE);
	register txSlot* holder;
	mxTakeRegister(the, machine);
`,
    why: "bytes are read and written without a call of an accessor",
  },
  {
    file: "xsRun.c",
    find:
      "\tregister txSlot* stack = the->stack;\n\tregister txSlot* scope = the->scope;\n" +
      "\tregister txSlot* frame = the->frame;\n\tregister txSlot* environment;\n" +
      "\tregister txByte* code = the->code;\n\tregister txSlot* variable;\n" +
      "\tregister txSlot* slot;\n\tregister txU1 byte = 0;\n",
    put:
      "\tregister txSlot* stack mxInRegister(STACK) = the->stack;\n" +
      "\tregister txSlot* scope = the->scope;\n" +
      "\tregister txSlot* frame mxInRegister(FRAME) = the->frame;\n" +
      "\tregister txSlot* environment mxInRegister(ENVIRONMENT);\n" +
      "\tregister txByte* code mxInRegister(CODE) = the->code;\n\tregister txSlot* variable;\n" +
      "\tregister txSlot* slot;\n\tregister txU4 byte mxInRegister(BYTE) = 0;\n",
    why: "what each bytecode uses stays in registers, where a call of setjmp would keep it out",
  },
  {
    file: "xsRun.c",
    find: `			mxStack++;
			mxNextCode(1);
			goto XS_CODE_GET_PROPERTY_ALL;
`,
    put: `			mxStack++;
			mxNextCode(1);
			if (!offset && (variable->flag & XS_EXOTIC_FLAG)
				&& (slot = fxByteArray(variable, index))) {
				mxStack->kind = XS_INTEGER_KIND;
				mxStack->value.integer = mxByteAt(slot, index);
				mxBreak;
			}
			goto XS_CODE_GET_PROPERTY_ALL;
`,
    why: "a byte is read where the bytecode stands",
  },
  {
    file: "xsRun.c",
    find: `			*(mxStack + 1) = *mxStack;
			mxStack++;
			mxNextCode(1);
			goto XS_CODE_SET_PROPERTY_ALL;
`,
    put: `			mxNextCode(1);
			if (!offset && (variable->flag & XS_EXOTIC_FLAG)
				&& (mxStack->kind == XS_INTEGER_KIND) && (slot = fxByteArray(variable, index))
				&& !(mxByteData(slot)->flag & XS_DONT_SET_FLAG)) {
				mxByteAt(slot, index) = (txU1)mxStack->value.integer;
				mxInitSlotKind(mxStack + 2, XS_INTEGER_KIND);
				(mxStack + 2)->value.integer = mxStack->value.integer;
				mxStack += 2;
				mxBreak;
			}
			*(mxStack + 1) = *mxStack;
			mxStack++;
			goto XS_CODE_SET_PROPERTY_ALL;
`,
    why: "a byte is written where the bytecode stands",
  },
  {
    file: "xsRun.c",
    find: `		mxCase(XS_CODE_GET_PROPERTY)
			mxToInstance(mxStack);
			offset = mxRunID(1);
			index = 0;
			mxNextCode(1 + sizeof(txID));
`,
    put: `		mxCase(XS_CODE_GET_PROPERTY)
			mxToInstance(mxStack);
			offset = mxRunID(1);
			index = 0;
			mxNextCode(1 + sizeof(txID));
			for (holder = variable; holder && mxIsPlain(holder);
				holder = holder->value.instance.prototype) {
				for (slot = holder->next; slot; slot = slot->next) {
					if ((slot->ID == (txID)offset) && !(slot->flag & XS_INTERNAL_FLAG))
						goto XS_CODE_GET_ALL;
				}
			}
`,
    why: "a property of an ordinary object is found where the bytecode stands",
  },
  {
    file: "xsRun.c",
    find: `		mxCase(XS_CODE_SET_PROPERTY)
			mxToInstance(mxStack + 1);
			offset = mxRunID(1);
			index = 0;
			mxNextCode(1 + sizeof(txID));
`,
    put: `		mxCase(XS_CODE_SET_PROPERTY)
			mxToInstance(mxStack + 1);
			offset = mxRunID(1);
			index = 0;
			mxNextCode(1 + sizeof(txID));
			if (mxIsPlain(variable)) {
				for (slot = variable->next; slot; slot = slot->next) {
					if ((slot->ID == (txID)offset) && !(slot->flag & XS_INTERNAL_FLAG))
						goto XS_CODE_SET_ALL;
				}
			}
`,
    why: "a property of an ordinary object is found where the bytecode stands",
  },
  {
    file: "xsSymbol.c",
    find: "\t\t\treturn the->keyArrayHost[theID];",
    put: "\t\t\treturn mxHostKey(theID);",
    why: "a segment has names of its own behind those of the base image",
  },
  {
    file: "xsSymbol.c",
    find: "\t\t\tkey = the->keyArrayHost[theID];",
    put: "\t\t\tkey = mxHostKey(theID);",
    why: "a segment has names of its own behind those of the base image",
  },
  {
    file: "xsSymbol.c",
    find: "\t\t\tkey = the->keyArrayHost[id];",
    put: "\t\t\tkey = mxHostKey(id);",
    why: "a segment has names of its own behind those of the base image",
  },
  {
    file: "xsDefaults.c",
    find: "\tfxNewFunctionLength,\n\tfxNewFunctionName,\n",
    put: "\tC_NULL,\n\tC_NULL,\n",
    why: "no function needs its `length` and `name`: two slots each, in flash and in every heap",
  },
  {
    file: "xsAPI.c",
    find:
      "\t\t\t\tc_memset(the->aliasArray, 0, the->aliasCount * sizeof(txSlot*));\n\t\t\t}\n\n" +
      "\t\t\t/* mxGlobal */\n\t\t\tmxPushUndefined();\n" +
      "\t\t\t/* mxException */\n\t\t\tmxPushUndefined();\n" +
      "\t\t\t/* mxProgram */\n\t\t\tmxPushNull();\n\t\t\tfxNewProgramInstance(the);\n",
    put: `				c_memset(the->aliasArray, 0, the->aliasCount * sizeof(txSlot*));
			}

			/* mxGlobal */
			mxPushUndefined();
			/* mxException */
			mxPushUndefined();
			/* mxProgram */
		#ifdef mxImageProgram
			mxPushReference(mxImageProgram);
		#else
			mxPushNull();
			fxNewProgramInstance(the);
		#endif
`,
    why: "a board's machines share the program in the image",
  },
  {
    file: "xsAPI.c",
    find:
      "\t\t\tthe->stackPrototypes = theMachine->stackTop;\n\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxPush(theMachine->stackTop[-1 - mxGlobalStackIndex]);\n",
    put:
      "\t\t\tthe->stackPrototypes = theMachine->stackTop;\n\n\t\t#ifdef mxImageProgram\n" +
      "\t\t\tmxGlobal.value = theMachine->stackTop[-1 - mxGlobalStackIndex].value;\n" +
      "\t\t\tmxGlobal.kind = theMachine->stackTop[-1 - mxGlobalStackIndex].kind;\n" +
      "\t\t#else\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxPush(theMachine->stackTop[-1 - mxGlobalStackIndex]);\n",
    why: "and its realm and global object: 25 slots that each of them had for itself",
  },
  {
    file: "xsAPI.c",
    find:
      "\t\t\t\tsharedSlot = sharedSlot->next;\n\t\t\t}\n\t\t\t\n\t\t\t\n" +
      "\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm = " +
      "fxNewRealmInstance(the);\n\t\t\tmxPop();\n",
    put:
      "\t\t\t\tsharedSlot = sharedSlot->next;\n\t\t\t}\n\t\t\t\n\t\t\t\n" +
      "\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxPushUndefined();\n\t\t\tmxPushUndefined();\n" +
      "\t\t\tmxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm = " +
      "fxNewRealmInstance(the);\n\t\t\tmxPop();\n\t\t#endif\n",
    why: "the end of what a board's machines share",
  },
  {
    file: "xsAll.h",
    find: "\tchar nameBuffer[256];",
    put: "\tchar nameBuffer[32];",
    why: "a name in a message may be cut: most of a machine's own state was room for longer ones",
  },
  {
    file: "xsdtoa.c",
    find: "            block = c_malloc(size);\n\t\t\tDTOA->dirty = 1;",
    put:
      "            block = c_malloc(size);\n\t\t\tDTOA->dirty = 1;\n" +
      "\t\t\tif (!block)\n\t\t\t\tfxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);",
    why: "a number's text for which neither stack nor heap has room ends its machine",
  },
];
