/*
 * The platform that the engine is built for: fixed memory, no threads, no files, no console.
 * The engine's own headers include this by the name XSPLATFORM.
 */
#ifndef HEDDLE_PLATFORM_H
#define HEDDLE_PLATFORM_H

#undef mxLittleEndian
#define mxLittleEndian 1

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))
#define C_PATH_MAX 128

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "fused-codes.h"
#include "heap.h"

#define c_malloc heap_take
#define c_calloc heap_take_zeroed
#define c_realloc heap_resize
#define c_free heap_give
#define c_malloc_uint32 heap_take
#define c_free_uint32 heap_give

/*
 * Where the engine's loop over bytecodes keeps what each of them uses. It calls setjmp, and so the
 * compiler by itself keeps all of that in memory: a third of what a bytecode costs.
 */
#if defined(__arm__)
#define MACHINE_REGISTER "r9"
#define STACK_REGISTER "r6"
#define CODE_REGISTER "r5"
#define BYTE_REGISTER "r4"
#define ENVIRONMENT_REGISTER "r8"
#define FRAME_REGISTER "r10"
#elif defined(__riscv)
#define MACHINE_REGISTER "s1"
#define STACK_REGISTER "s2"
#define CODE_REGISTER "s3"
#define BYTE_REGISTER "s4"
#define ENVIRONMENT_REGISTER "s5"
#define FRAME_REGISTER "s6"
#endif
#ifdef MACHINE_REGISTER
#define mxInRegister(NAME) __asm__(NAME##_REGISTER)
/* Not by `=`, or the compiler keeps both and reads the one in memory. */
#define mxTakeRegister(VARIABLE, VALUE) __asm__("" : "=r"(VARIABLE) : "0"(VALUE))
#else
#define mxInRegister(NAME)
#define mxTakeRegister(VARIABLE, VALUE) (VARIABLE) = (VALUE)
#endif

struct segment;

/*
 * What a machine ended with: one of the engine's exits, or 0. The partition's own code in flash.
 * A whole multiple of 8 bytes, so that no compiler pads.
 */
#define mxMachinePlatform \
	int16_t ended_with; \
	int16_t has_jobs; \
	const struct segment *segment;

#define mxUseDefaultBuildKeys 1
/* Where the C stack of machines ends; see platform.c. */
#define mxUseDefaultCStackLimit 0
#ifdef mxParse
#define mxUseDefaultParseScript 1
#endif

/*
 * Whether a collection leaves an address alone: it lies in flash, or is lent to the machine. And the
 * name with a number that is below those of the machine's own: of the base image, or of the
 * partition's segment behind it. And the program of all machines, where an image has one.
 */
#ifdef HEDDLE_IMAGE_MAKER
extern const uint8_t *image_start, *image_end;
#define mxIsFrozen(address) \
	((const uint8_t *)(address) >= image_start && (const uint8_t *)(address) < image_end)
#define mxHostKey(id) the->keyArrayHost[id]
#else
void *segment_key(const struct segment *segment, unsigned place);
void *image_program(void);
#define mxImageProgram image_program()
extern const uint8_t image_start[], image_end[];
#define mxIsFrozen(address) (!heap_holds(address))
#define mxHostKey(id) \
	((id) < the->sharedMachine->keyIndex \
		 ? the->keyArrayHost[id] \
		 : segment_key(the->segment, (unsigned)((id) - the->sharedMachine->keyIndex)))
#endif

#endif
