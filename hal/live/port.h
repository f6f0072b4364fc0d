/*
 * What a board with lines of its own gives to hal/live: hal/linux has it over POSIX, the emulated
 * boards over UARTs, timers and semihosting. All of it returns at once, but for port_wait.
 */

#ifndef HEDDLE_PORT_H
#define HEDDLE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "../kernel/board.h"

/* The longest datagram, its 18 bytes of address included: hal/datagram.ts. */
#define PORT_DATAGRAM_MAX 512u

/* The links to the WAN, in the order of the table's devices. */
enum port_link { LINK_MANAGEMENT = 0, LINK_APPLICATION = 1, LINK_COUNT = 2 };

/* Milliseconds since the start, whole and never less than before. */
double port_now(void);
/* Until `until` at most (INFINITY: no limit); earlier when a line has something. */
void port_wait(double until);
/* True: somebody wants the hub to end. */
bool port_ended(void);

/* Bytes of the radio's line, at most `room`; 0: there is none now. */
unsigned port_radio_read(uint8_t *bytes, unsigned room);
/* Takes all `length` bytes, or false: the line is behind. */
bool port_radio_write(const uint8_t *bytes, unsigned length);
/* How often the line was lost and opened anew: what was under way on it is gone. */
unsigned port_radio_openings(void);

/* `datagram` begins with 18 bytes of address. What cannot be sent is lost, as on any network. */
void port_link_send(unsigned link, const uint8_t *datagram, unsigned length);
/* The next datagram that came, valid until the next call; `*length` 0: there is none now. */
const uint8_t *port_link_receive(unsigned link, unsigned *length);
void port_peer(uint8_t address[BOARD_ADDRESS_LENGTH]);

/*
 * All regions as one chip. What is written or erased is there after a power cut once these return;
 * one that falls into the middle leaves a part of it, in order. False: the chip failed.
 */
bool port_flash_read(uint32_t offset, uint8_t *bytes, unsigned length);
bool port_flash_write(uint32_t offset, const uint8_t *bytes, unsigned length);
bool port_flash_erase(uint32_t offset);

void port_entropy(uint8_t *bytes, unsigned length);
/* The time of day by a clock of its own, UTC milliseconds; 0: it has none. */
double port_utc_ms(void);
bool port_mains_present(void);
void port_feed_watchdog(void);

/* A part of a line for whoever watches; the last part ends with a line feed. */
void port_say(const char *text, unsigned length);
/* Whether lines are JSON. */
bool port_says_json(void);

/* After what could not be helped; starts the board anew. */
_Noreturn void port_restart(void);

#endif
