#define _GNU_SOURCE

#include "system.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../live/port.h"
#include "links.h"
#include "radio-device.h"

/* So long no turn of the kernel may last, a slow disk included. */
#define WATCHDOG_S 30
/* The watchdog is fed at least so often, and a lost dongle looked for. */
#define WAIT_MAX_MS 1000
/* Before the program starts anew, so that a lasting trouble does not spin. */
#define RESTART_S 1
#define EXIT_FAILED 1

static char **command;
static bool says_json;
static double started_ms;
static sigset_t waiting_signals;
static volatile sig_atomic_t ended;

static double clock_ms(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1000 + floor((double)time.tv_nsec / 1e6);
}

static void end(int number)
{
	(void)number;
	ended = 1;
}

/* Only calls that a signal handler may make. */
static _Noreturn void start_anew(void)
{
	execv("/proc/self/exe", command);
	_exit(EXIT_FAILED);
}

static void bite(int number)
{
	static const char text[] = "heddle: the watchdog starts the hub anew\n";

	(void)number;
	(void)!write(STDERR_FILENO, text, sizeof text - 1);
	start_anew();
}

void system_start(char **words, bool json)
{
	struct sigaction action = {.sa_handler = end};
	sigset_t blocked;

	command = words;
	says_json = json;
	started_ms = clock_ms(CLOCK_MONOTONIC);
	/* They come while it waits, and at no other time; a watchdog may have left its own blocked. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigemptyset(&waiting_signals);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = bite;
	sigaction(SIGALRM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

double port_now(void)
{
	return clock_ms(CLOCK_MONOTONIC) - started_ms;
}

static void wait_on(double milliseconds)
{
	const time_t seconds = (time_t)(milliseconds / 1000);
	const struct timespec limit = {
		.tv_sec = seconds,
		.tv_nsec = (long)((milliseconds - (double)seconds * 1000) * 1e6),
	};
	struct pollfd lines[1 + LINK_COUNT] = {{
		.fd = radio_device_descriptor(),
		.events = (short)(radio_device_behind() ? POLLIN | POLLOUT : POLLIN),
	}};

	for (unsigned link = 0; link < LINK_COUNT; link++)
		lines[1 + link] = (struct pollfd){.fd = links_descriptor(link), .events = POLLIN};
	ppoll(lines, 1 + LINK_COUNT, &limit, &waiting_signals);
}

void port_wait(double until)
{
	double milliseconds = until - port_now();

	if (milliseconds > WAIT_MAX_MS)
		milliseconds = WAIT_MAX_MS;
	wait_on(milliseconds > 0 ? milliseconds : 0);
	radio_device_poll();
}

bool port_ended(void)
{
	return ended;
}

void port_entropy(uint8_t *bytes, unsigned length)
{
	while (length > 0) {
		const ssize_t count = getrandom(bytes, length, 0);

		if (count > 0) {
			bytes += count;
			length -= (unsigned)count;
		} else if (errno != EINTR)
			board_panic("the system gives no entropy");
	}
}

double port_utc_ms(void)
{
	/* A board without a battery begins in 1970, or when its image was made. */
	static const double plausible_ms = 1.75e12;
	const double utc_ms = clock_ms(CLOCK_REALTIME);

	return utc_ms > plausible_ms ? utc_ms : 0;
}

bool port_mains_present(void)
{
	return true;
}

void port_feed_watchdog(void)
{
	static double fed_at = -WAIT_MAX_MS;
	const struct itimerval limit = {.it_value = {.tv_sec = WATCHDOG_S}};

	if (port_now() - fed_at < WAIT_MAX_MS)
		return;
	fed_at = port_now();
	setitimer(ITIMER_REAL, &limit, NULL);
}

void port_say(const char *text, unsigned length)
{
	while (length > 0) {
		const ssize_t count = write(STDOUT_FILENO, text, length);

		if (count <= 0 && errno != EINTR)
			return; /* Nobody reads any more: the hub goes on. */
		if (count > 0) {
			text += count;
			length -= (unsigned)count;
		}
	}
}

bool port_says_json(void)
{
	return says_json;
}

_Noreturn void port_restart(void)
{
	sleep(RESTART_S);
	start_anew();
}
