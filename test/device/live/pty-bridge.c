/*
 * A serial device for tests: a pseudo-terminal whose other end is a Unix socket. `pty-bridge LINK
 * SOCKET` makes LINK point to it; it ends with the socket, as a dongle that is pulled out.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static int open_pty(const char *link)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct termios modes;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		exit(1);
	/* Held open, so that this end lasts while nobody has the other. */
	const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &modes) != 0)
		exit(1);
	cfmakeraw(&modes);
	tcsetattr(slave, TCSANOW, &modes);
	unlink(link);
	if (symlink(ptsname(master), link) != 0)
		exit(1);
	return master;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
		exit(1);
	return descriptor;
}

static void copy(int from, int to)
{
	char bytes[1024];
	const ssize_t length = read(from, bytes, sizeof bytes);

	if (length <= 0 || write(to, bytes, (size_t)length) != length)
		exit(0);
}

int main(int count, char **words)
{
	if (count != 3)
		return 2;
	const int line = open_socket(words[2]);
	const int pty = open_pty(words[1]);
	struct pollfd both[2] = {{.fd = line, .events = POLLIN}, {.fd = pty, .events = POLLIN}};

	puts("open");
	fflush(stdout);
	while (poll(both, 2, -1) > 0) {
		if (both[0].revents != 0)
			copy(line, pty);
		if (both[1].revents != 0)
			copy(pty, line);
	}
	return 0;
}
