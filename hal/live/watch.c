#include "watch.h"

#include "../kernel/kernel.h"
#include "../kernel/party.h"
#include "../kernel/table.h"
#include "console.h"
#include "port.h"
#include "radio-line.h"
#include "silence.h"

/* firmware/ipc: operation.ts, device.ts, reading.ts. A test compares these with TypeScript. */
enum operation { READING_STORED = 2, DEVICE_EVENT = 35 };
enum device_event { EVENT = 1, KIND = 2, REASON = 3, EUI64 = 8, DEVICE_EVENT_LENGTH = 16 };
enum reading_stored { STORED_CODE = 1, STORED_OK = 0 };
enum { PARTITION_HAN = 4, PARTITION_ACCESS = 3 };

static const char *const events[] = {"joined", "refused", "left"};
static const char *const kinds[] = {"unknown", "electricity-meter", "gas-meter", "in-home-display",
				    "consumer-access-device"};
static const char *const reasons[] = {"accepted", "not registered", "insecure rejoin",
				      "window closed", "too often",
				      "denied by the consumer"};

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])
/* A person is told less often than a program. */
enum { STATUS_MS = 60000, JSON_STATUS_MS = 5000 };

/* The co-processor is asked at least every 20 s, and answers in milliseconds. */
static struct silence radio = {
	.who = "radio",
	.advice = "does it run RCP firmware with Spinel, at this --baud?",
	.patience_ms = 5000,
};
/* CoAP gives an exchange up after 93 s; a head-end that lives has answered long before. */
static struct silence head_end = {
	.who = "head-end",
	.advice = "is it there, and has it the same contexts?",
	.patience_ms = 30000,
};

static uint32_t readings, datagrams_in, datagrams_out;
static double status_at;

static const char *word(const char *const *list, unsigned count, unsigned index)
{
	return index < count ? list[index] : "unknown";
}

static const char *name_of(unsigned party)
{
	return party < table_partition_count ? table_partitions[party].name : "nobody";
}

static void tell_device(const uint8_t *bytes)
{
	console_begin(word(events, COUNT_OF(events), bytes[EVENT]));
	console_text("kind", word(kinds, COUNT_OF(kinds), bytes[KIND]));
	console_eui64("eui64", bytes + EUI64);
	if (bytes[REASON] != 0)
		console_text("reason", word(reasons, COUNT_OF(reasons), bytes[REASON]));
	console_end();
}

void watch_delivered(unsigned from, unsigned to, const uint8_t *bytes, unsigned length)
{
	if (from >= table_partition_count || length == 0)
		return;
	if (bytes[0] == READING_STORED && to == PARTITION_HAN && bytes[STORED_CODE] == STORED_OK)
		readings++;
	else if (bytes[0] == DEVICE_EVENT && from == PARTITION_ACCESS &&
		 length >= DEVICE_EVENT_LENGTH)
		tell_device(bytes);
}

void watch_refused(unsigned from, unsigned to, int operation)
{
	console_begin("message-refused");
	console_text("from", name_of(from));
	console_text("to", name_of(to));
	console_number("operation", operation);
	console_end();
}

void watch_faulted(unsigned party, unsigned kind, const char *what)
{
	console_begin("partition-ended");
	console_text("partition", name_of(party));
	console_number("fault", kind);
	console_text("what", what);
	console_end();
}

void watch_restarted(unsigned party)
{
	console_begin("partition-restarted");
	console_text("partition", name_of(party));
	console_end();
}

void watch_held(unsigned party, double until)
{
	console_begin("partition-held");
	console_text("partition", name_of(party));
	console_number("untilMs", until);
	console_end();
}

void watch_datagram(unsigned out)
{
	if (out)
		datagrams_out++;
	else
		datagrams_in++;
}

static void tell_partitions(void)
{
	for (unsigned i = 0; i < table_partition_count; i++) {
		const struct partition_counters *counters = kernel_counters_of(i);

		console_begin("partition");
		console_text("name", table_partitions[i].name);
		console_number("state", kernel_state_of(i));
		console_number("received", counters->received);
		console_number("sent", counters->sent);
		console_number("refused", counters->refused);
		console_number("restarts", counters->restarts);
		console_end();
	}
}

/* Input that found no room, was too long, or came while its owner was down. */
static uint32_t dropped(void)
{
	uint32_t sum = 0;

	for (unsigned device = 0; device < table_device_count; device++)
		sum += table_dropped[device];
	return sum;
}

void watch_status(void)
{
	console_begin("status");
	console_number("readings", readings);
	console_number("radioFramesIn", radio_line_counts.frames_in);
	console_number("radioFramesOut", radio_line_counts.frames_out);
	console_number("radioFramesDamaged", radio_line_counts.damaged);
	console_number("datagramsIn", datagrams_in);
	console_number("datagramsOut", datagrams_out);
	console_number("inputDropped", dropped());
	console_end();
	if (port_says_json())
		tell_partitions();
}

void watch_poll(double now)
{
	silence_poll(&radio, now, radio_line_counts.frames_in, radio_line_counts.frames_out);
	silence_poll(&head_end, now, datagrams_in, datagrams_out);
	if (now < status_at)
		return;
	if (status_at > 0)
		watch_status();
	status_at = now + (port_says_json() ? JSON_STATUS_MS : STATUS_MS);
}
