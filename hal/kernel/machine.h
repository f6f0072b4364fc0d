/*
 * One life of one partition, as the kernel sees it: hal/machine implements it over XS, puppets
 * implement it in the kernel's own tests. Then what a machine may call in the kernel.
 *
 * A partition is named by its `Party` number, which is its place in the table as well. Times are
 * monotonic milliseconds, whole numbers in a double as in TypeScript.
 */

#ifndef HEDDLE_MACHINE_H
#define HEDDLE_MACHINE_H

#include <stdint.h>

/* How a call into a machine ended. After anything but MACHINE_OK the kernel calls only stop. */
enum machine_end {
	MACHINE_OK,
	MACHINE_THREW,
	MACHINE_OUT_OF_MEMORY,
	MACHINE_OUT_OF_TIME,
	MACHINE_OUT_OF_STACK,
};

/* The kernel owns the storage of a machine's C state, zeroed before each life. */
#define MACHINE_STATE_BYTES (10 * sizeof(void *))
struct machine;

/*
 * Makes the machine in its fixed heap, table_partitions[partition].heap, and runs the partition's
 * constructor. The heap's content is whatever the last life left.
 */
enum machine_end machine_start(struct machine *machine, unsigned partition, double now);
/* `bytes` are lent until return: the machine reads and writes them where they are. */
enum machine_end machine_receive(struct machine *machine, double now, unsigned from,
				 uint8_t *bytes, unsigned length);
enum machine_end machine_tick(struct machine *machine, double now);
enum machine_end machine_peer_restarted(struct machine *machine, double now, unsigned peer);
/* When it wants its next tick; INFINITY: never. NAN is a fault of the partition. */
enum machine_end machine_due_at(struct machine *machine, double *due);
/* Why its last call ended, for traces: ASCII, never null, valid until the next call of any machine. */
const char *machine_what(const struct machine *machine);
/* Gives every byte back. Also after a start that failed. */
void machine_stop(struct machine *machine);

/*
 * Calls from a machine into the kernel, only while the kernel is inside a call of that machine.
 * They answer an `enum sent`, or KERNEL_BREACH: the request is the partition's own fault, and the
 * host function throws, so that the call ends as MACHINE_THREW.
 */
#define KERNEL_BREACH 0xffffffffu

/* A length that is not true of the bytes (a fraction, beyond their end) is sent as this. */
#define KERNEL_LENGTH_WRONG 0xffffu

/*
 * Port.send. `bytes` has `length` bytes, or at least 1 with KERNEL_LENGTH_WRONG; with length 0 it
 * is not read. `to` is any number: what the table does not declare is refused, counted, reported.
 */
unsigned kernel_send(unsigned from, unsigned to, const uint8_t *bytes, unsigned length);

/* `operation`: an `enum flash_operation`. `bytes` only for a write, `length` 4096 for an erase. */
unsigned kernel_region(unsigned partition, unsigned region, unsigned operation, uint32_t offset,
		       const uint8_t *bytes, unsigned length);

/*
 * `verb` is an `enum device_verb` of board.h. KERNEL_BREACH: the partition does not own the device.
 * For DEVICE_READ the answer is the value that the board gives.
 */
unsigned kernel_device(unsigned partition, unsigned party, unsigned verb, const uint8_t *bytes,
		       unsigned length);

#endif
