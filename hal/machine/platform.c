/* What the engine asks of its platform: memory, the end of a machine, and no to everything else. */
#include "xsAll.h"
#include "xsScript.h"

#ifndef HEDDLE_IMAGE_MAKER
#include "stack.h"
#endif

/* See construct() in machine.c. The image maker has all memory it wants. */
static void collect_when_full(txMachine *the)
{
#ifdef HEDDLE_IMAGE_MAKER
	(void)the;
#else
	if (heap_fills())
		fxEnableGarbageCollection(the, 1);
#endif
}

/* Everything is taken from the machine's own fixed memory: see heap.h. */
void *fxAllocateChunks(txMachine *the, txSize size)
{
	collect_when_full(the);
	return heap_take_low((size_t)size);
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the;
	(void)chunks;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
#ifdef HEDDLE_IMAGE_MAKER
	(void)the;
#else
	/* A machine's first slots are those of its stack. */
	if (the->stackBottom == NULL)
		return stack_give(count);
#endif
	collect_when_full(the);
	return heap_take_high((size_t)count * sizeof(txSlot));
}

void fxFreeSlots(txMachine *the, void *slots)
{
	(void)the;
	(void)slots;
}

void fxCreateMachinePlatform(txMachine *the)
{
	(void)the;
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

void fxQueuePromiseJobs(txMachine *the)
{
	the->has_jobs = 1;
}

/* Ends the machine's call, past every `catch` and `finally` of its program. */
void fxAbort(txMachine *the, int status)
{
	the->ended_with = (int16_t)status;
#ifdef HEDDLE_IMAGE_MAKER
	fprintf(stderr, "image-maker: ended with %d: %s\n", status, fxToString(the, &mxException));
	exit(1);
#endif
	fxExitToHost(the);
	__builtin_unreachable();
}

/*
 * Room for the deepest native of the engine below a call into a machine, in bytes. What is called
 * there without a look at the limit needs 1.5 KB at most, a step of P-256.
 */
#if defined(HEDDLE_IMAGE_MAKER)
#define MACHINE_C_STACK_BYTES (1024 * 1024)
#elif !defined(MACHINE_C_STACK_BYTES) && defined(__x86_64__)
/* The engine's loop has a frame of 1.8 KB there, half a kilobyte on the boards. */
#define MACHINE_C_STACK_BYTES (sizeof(void *) * 1024)
#elif !defined(MACHINE_C_STACK_BYTES)
#define MACHINE_C_STACK_BYTES (sizeof(void *) * 768)
#endif

char *fxCStackLimit(void)
{
	return (char *)__builtin_frame_address(0) - MACHINE_C_STACK_BYTES;
}

/* All code was evaluated when the image was made, and is scripts: no machine loads a module. */
txID fxFindModule(txMachine *the, txSlot *realm, txID module, txSlot *name)
{
	(void)the;
	(void)realm;
	(void)module;
	(void)name;
	return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID id)
{
	(void)the;
	(void)module;
	(void)id;
}

#ifndef HEDDLE_IMAGE_MAKER

/* A device turns no text into code. */
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)stream;
	(void)getter;
	(void)flags;
	mxSyntaxError("no parser");
	return NULL;
}

#endif

/* Machines share no memory: a SharedArrayBuffer cannot be made. */
void fxInitializeSharedCluster(void)
{
}

void fxTerminateSharedCluster(void)
{
}

void *fxCreateSharedChunk(txInteger size)
{
	(void)size;
	return NULL;
}

void fxLinkSharedChunk(txMachine *the)
{
	(void)the;
}

void fxUnlinkSharedChunk(txMachine *the)
{
	(void)the;
}

void fxLockSharedChunk(void *data)
{
	(void)data;
}

void fxUnlockSharedChunk(void *data)
{
	(void)data;
}

txInteger fxMeasureSharedChunk(void *data)
{
	(void)data;
	return 0;
}

txInteger fxNotifySharedChunk(txMachine *the, void *data, txInteger offset, txInteger count)
{
	(void)the;
	(void)data;
	(void)offset;
	(void)count;
	return 0;
}

void *fxRetainSharedChunk(void *data)
{
	return data;
}

void fxReleaseSharedChunk(void *data)
{
	(void)data;
}

txInteger fxWaitSharedChunk(txMachine *the, void *address, txNumber timeout)
{
	(void)the;
	(void)address;
	(void)timeout;
	return 0;
}
