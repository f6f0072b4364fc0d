#define _DEFAULT_SOURCE

#include "links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

#define SCHEME "udp://"
#define HOST_LENGTH 256
#define IP_LENGTH 16u
#define MAPPED_LENGTH 12u
#define PAYLOAD_MAX (PORT_DATAGRAM_MAX - BOARD_ADDRESS_LENGTH)

static const uint8_t mapped[MAPPED_LENGTH] = {[10] = 0xff, [11] = 0xff};

static int sockets[LINK_COUNT] = {-1, -1};
static sa_family_t family;
static uint8_t peer[BOARD_ADDRESS_LENGTH];

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static _Noreturn void fail_form(const char *wan)
{
	fail("--wan must be udp://HOST:PORT, as udp://192.0.2.10:5683, not \"%s\"", wan);
}

/* Copies the host without brackets, and answers where the port begins. */
static const char *split(const char *wan, char host[HOST_LENGTH])
{
	const char *start = wan + strlen(SCHEME);
	const char *colon = strncmp(wan, SCHEME, strlen(SCHEME)) == 0 ? strrchr(start, ':') : NULL;
	size_t length = colon == NULL ? 0 : (size_t)(colon - start);

	if (length > 2 && start[0] == '[' && start[length - 1] == ']') {
		start++;
		length -= 2;
	}
	if (length == 0 || length >= HOST_LENGTH || colon[1] == '\0')
		fail_form(wan);
	memcpy(host, start, length);
	host[length] = '\0';
	return colon + 1;
}

static void put_peer(const union address *address)
{
	if (address->any.sa_family == AF_INET6) {
		memcpy(peer, &address->v6.sin6_addr, IP_LENGTH);
		memcpy(peer + IP_LENGTH, &address->v6.sin6_port, 2);
		return;
	}
	memcpy(peer, mapped, MAPPED_LENGTH);
	memcpy(peer + MAPPED_LENGTH, &address->v4.sin_addr, 4);
	memcpy(peer + IP_LENGTH, &address->v4.sin_port, 2);
}

static void resolve(const char *wan)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found;
	union address address = {0};
	char host[HOST_LENGTH];
	const char *port = split(wan, host);
	const int trouble = getaddrinfo(host, port, &hints, &found);

	if (trouble == EAI_SERVICE || (trouble == EAI_NONAME && port[strspn(port, "0123456789")]))
		fail_form(wan);
	if (trouble != 0)
		fail("--wan: %s is not found: %s", host, gai_strerror(trouble));
	memcpy(&address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	family = address.any.sa_family;
	put_peer(&address);
	if (peer[IP_LENGTH] == 0 && peer[IP_LENGTH + 1] == 0)
		fail_form(wan);
}

void links_open(const char *wan)
{
	resolve(wan);
	for (unsigned link = 0; link < LINK_COUNT; link++) {
		sockets[link] = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (sockets[link] < 0)
			fail("--wan: no socket: %s", strerror(errno));
	}
}

int links_descriptor(unsigned link)
{
	return sockets[link];
}

void port_peer(uint8_t address[BOARD_ADDRESS_LENGTH])
{
	memcpy(address, peer, sizeof peer);
}

void port_link_send(unsigned link, const uint8_t *datagram, unsigned length)
{
	union address to = {0};
	socklen_t to_length = sizeof to.v4;

	to.any.sa_family = family;
	if (family == AF_INET6) {
		to_length = sizeof to.v6;
		memcpy(&to.v6.sin6_addr, datagram, IP_LENGTH);
		memcpy(&to.v6.sin6_port, datagram + IP_LENGTH, 2);
	} else {
		memcpy(&to.v4.sin_addr, datagram + MAPPED_LENGTH, 4);
		memcpy(&to.v4.sin_port, datagram + IP_LENGTH, 2);
	}
	/* Without a route it is lost, and sent again. */
	(void)!sendto(sockets[link], datagram + BOARD_ADDRESS_LENGTH,
		      length - BOARD_ADDRESS_LENGTH, 0, &to.any, to_length);
}

const uint8_t *port_link_receive(unsigned link, unsigned *length)
{
	static uint8_t datagram[PORT_DATAGRAM_MAX];
	union address from = {0};
	socklen_t from_length = sizeof from;
	const ssize_t came = recvfrom(sockets[link], datagram + BOARD_ADDRESS_LENGTH, PAYLOAD_MAX,
				      MSG_TRUNC, &from.any, &from_length);

	*length = 0;
	/* An error tells of an earlier datagram; one that is too long is dropped. */
	if (came <= 0 || came > (ssize_t)PAYLOAD_MAX)
		return datagram;
	if (family == AF_INET6) {
		memcpy(datagram, &from.v6.sin6_addr, IP_LENGTH);
		memcpy(datagram + IP_LENGTH, &from.v6.sin6_port, 2);
	} else {
		memcpy(datagram, mapped, MAPPED_LENGTH);
		memcpy(datagram + MAPPED_LENGTH, &from.v4.sin_addr, 4);
		memcpy(datagram + IP_LENGTH, &from.v4.sin_port, 2);
	}
	*length = BOARD_ADDRESS_LENGTH + (unsigned)came;
	return datagram;
}
