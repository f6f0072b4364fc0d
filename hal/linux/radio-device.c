#define _DEFAULT_SOURCE

#include "radio-device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../live/console.h"
#include "../live/port.h"
#include "fail.h"

/* What a UART driver of a device holds too; a Spinel frame with every byte escaped fits. */
#define BACKLOG_MAX 2048u
#define RETRY_MS 1000

static struct arguments settings;
static int line = -1;
static unsigned openings;
static double retry_at;
static uint8_t backlog[BACKLOG_MAX];
static unsigned backlog_length;

/* Why the last attempt failed. */
static const char *trouble;

static int refuse(int descriptor, const char *why)
{
	trouble = why;
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

static int open_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor;

	if (strlen(settings.radio) >= sizeof address.sun_path)
		return refuse(-1, "is too long for a socket's name");
	strcpy(address.sun_path, settings.radio);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 ||
	    connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
		return refuse(descriptor, "is a socket where nobody listens");
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	return descriptor;
}

static int open_serial(void)
{
	struct termios modes;
	int descriptor = open(settings.radio, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (descriptor < 0 && errno == EACCES)
		return refuse(-1, "may not be opened; join its group (ls -l tells it; often dialout)");
	if (descriptor < 0)
		return refuse(-1, errno == EBUSY ? "is in use by another program" : strerror(errno));
	if (tcgetattr(descriptor, &modes) != 0)
		return refuse(descriptor, "is no serial device");
	/* Nobody else may open it while it is ours. */
	ioctl(descriptor, TIOCEXCL);
	cfmakeraw(&modes);
	modes.c_cflag |= CLOCAL | CREAD;
	modes.c_cflag &= (tcflag_t)~(CSTOPB | CRTSCTS);
	if (settings.flow_control)
		modes.c_cflag |= CRTSCTS;
	cfsetispeed(&modes, settings.speed);
	cfsetospeed(&modes, settings.speed);
	if (tcsetattr(descriptor, TCSANOW, &modes) != 0)
		return refuse(descriptor, "does not take this --baud");
	tcflush(descriptor, TCIOFLUSH);
	return descriptor;
}

static bool open_line(void)
{
	struct stat status;

	if (stat(settings.radio, &status) != 0)
		line = refuse(-1, errno == ENOENT ? "is not there; plug the radio in" : strerror(errno));
	else
		line = S_ISSOCK(status.st_mode) ? open_socket() : open_serial();
	if (line < 0)
		return false;
	openings++;
	backlog_length = 0;
	console_begin("radio-opened");
	console_text("path", settings.radio);
	console_end();
	return true;
}

void radio_device_open(const struct arguments *arguments)
{
	settings = *arguments;
	if (!open_line())
		fail("--radio: %s %s", settings.radio, trouble);
}

static void lose(void)
{
	close(line);
	line = -1;
	retry_at = port_now() + RETRY_MS;
	console_begin("radio-lost");
	console_text("path", settings.radio);
	console_end();
}

int radio_device_descriptor(void)
{
	return line;
}

bool radio_device_behind(void)
{
	return backlog_length > 0;
}

void radio_device_poll(void)
{
	ssize_t count;

	if (line < 0) {
		if (port_now() < retry_at || open_line())
			return;
		retry_at = port_now() + RETRY_MS;
		return;
	}
	if (backlog_length == 0)
		return;
	count = write(line, backlog, backlog_length);
	if (count > 0) {
		backlog_length -= (unsigned)count;
		memmove(backlog, backlog + count, backlog_length);
	} else if (count < 0 && errno != EAGAIN && errno != EINTR)
		lose();
}

unsigned port_radio_read(uint8_t *bytes, unsigned room)
{
	if (line < 0)
		return 0;
	const ssize_t count = read(line, bytes, room);
	if (count > 0)
		return (unsigned)count;
	if (count == 0 || (errno != EAGAIN && errno != EINTR))
		lose();
	return 0;
}

bool port_radio_write(const uint8_t *bytes, unsigned length)
{
	/* Into a line that is gone everything falls; the co-processor is set up anew afterwards. */
	if (line < 0)
		return true;
	if (length > BACKLOG_MAX - backlog_length)
		return false;
	memcpy(backlog + backlog_length, bytes, length);
	backlog_length += length;
	radio_device_poll();
	return true;
}

unsigned port_radio_openings(void)
{
	return openings;
}
