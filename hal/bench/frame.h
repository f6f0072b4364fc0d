/*
 * Frames of the bench link. The bench calls, the board answers; while the board works on a call it
 * asks the bench for what it has no hardware for. One side speaks at a time.
 *
 * A frame: length of the body (2 bytes, little-endian), kind (1), body. Numbers are little-endian,
 * times IEEE 754 doubles. host-sim/device/bench-frame.ts is the other end.
 */

#ifndef HEDDLE_BENCH_FRAME_H
#define HEDDLE_BENCH_FRAME_H

#include <stdint.h>

enum bench_kind {
	/* Calls of the bench. */
	BENCH_START = 1,   /* now, clock, flags (1), management peer (18), application peer (18) */
	BENCH_RUN = 2,     /* now, clock */
	BENCH_DELIVER = 3, /* now, clock, party (1), bytes */
	BENCH_INJECT = 4,  /* partition (1), fault (1) */
	BENCH_RELEASE = 5, /* now, clock, partition (1) */
	BENCH_FIGURES = 6, /* nothing */
	BENCH_IMAGE = 7,   /* nothing */
	/* What the bench answers to a question. */
	BENCH_RESULT = 16, /* answer (1), clock */
	BENCH_BYTES = 17,  /* bytes */
	/* Questions of the board, each answered before it goes on. */
	BENCH_DEVICE = 32,  /* party (1), verb (1), bytes: BENCH_RESULT */
	BENCH_FLASH = 33,   /* region (1), operation (1), offset (4), length (2), bytes: BENCH_RESULT */
	BENCH_ENTROPY = 34, /* length (2): BENCH_BYTES */
	/* What the board tells, without an answer. */
	BENCH_DELIVERED = 48, /* from (1), to (1), bytes */
	BENCH_REFUSED = 49,   /* from (1), to (1), operation (1), whether there is one (1) */
	BENCH_FAULTED = 50,   /* partition (1), kind (1), text */
	BENCH_RESTARTED = 51, /* partition (1) */
	BENCH_HELD = 52,      /* partition (1), until */
	BENCH_PANIC = 53,     /* text; the board stops */
	/* The board can hear: its first frame, before any call. Version (1), partitions (1). */
	BENCH_READY = 54,
	/* Only of a board that is built to count its instructions: test/bench/device/counting. */
	BENCH_COUNTED = 55,
	/* What the firmware of a test tells beside that: event (1), bytes. Ours tells none. */
	BENCH_TESTED = 56,
	/* The end of a call. */
	/* Answer (1): whether work remains, or a `sent`; when it is due; instructions (a double). */
	BENCH_DONE = 64,
	/*
	 * Stack of all machines, peak and size (4 each); for each partition: state (1), queued (2), seven
	 * counters (4 each), peak and size of its heap (4 each).
	 */
	BENCH_FIGURED = 65,
	BENCH_IMAGED = 66,  /* the image's digest (4) */
};

/* Of these frames; a bench and a board of different versions do not fit together. */
#define BENCH_VERSION 4u

/* Of BENCH_START: tell of every message that is delivered. */
#define BENCH_FLAG_TRACE 1u
/* And count the instructions of each call, which an emulator must do for the board. */
#define BENCH_FLAG_COUNT 2u

/* The longest body: a frame of the powerline modem and what stands before it. */
#define BENCH_BODY_MAX 1600u

struct frame {
	uint8_t kind;
	uint16_t length;
	/* How far it was read or written. */
	uint16_t at;
	uint8_t body[BENCH_BODY_MAX];
};

/* Begins a frame to send. Putting beyond the longest body is our fault, and stops the board. */
void frame_begin(struct frame *frame, unsigned kind);
void frame_put8(struct frame *frame, unsigned value);
void frame_put16(struct frame *frame, unsigned value);
void frame_put32(struct frame *frame, uint32_t value);
void frame_put_double(struct frame *frame, double value);
void frame_put_bytes(struct frame *frame, const uint8_t *bytes, unsigned length);
void frame_put_text(struct frame *frame, const char *text);
void frame_send(struct frame *frame);

/* Waits for a frame. Reading beyond its end stops the board: the two ends do not fit together. */
void frame_receive(struct frame *frame);
unsigned frame_get8(struct frame *frame);
double frame_get_double(struct frame *frame);
void frame_get_bytes(struct frame *frame, uint8_t *bytes, unsigned length);
/* What has not been read yet. */
const uint8_t *frame_rest(const struct frame *frame);
unsigned frame_rest_length(const struct frame *frame);

#endif
