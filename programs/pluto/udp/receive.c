/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "pluto/udp/socket.h"

/*
 * On the NAT port: takes the marker off. False for what is not IKE: a keepalive (one byte 0xff),
 * ESP that the kernel left to us, and what is too short to tell.
 */
static bool strip_marker(struct bytes *datagram)
{
	static const uint8_t marker[MARKER_LEN];

	if (datagram->len < MARKER_LEN || memcmp(datagram->ptr, marker, MARKER_LEN) != 0)
		return false;
	datagram->ptr += MARKER_LEN;
	datagram->len -= MARKER_LEN;
	return true;
}

static void take_datagram(const struct udp_socket *s, const struct sockaddr_storage *from,
			  struct bytes datagram)
{
	const struct udp_config *config = &s->udp->config;
	struct endpoint remote;

	/* Nobody can be answered on port 0. */
	if (!endpoint_from_sockaddr(from, &remote) || !remote.port)
		return;
	if (s->nat && !strip_marker(&datagram))
		return;
	config->on_datagram(config->context, &s->local, &remote, datagram);
}

/* One batch per turn of the loop, so that no socket starves the others. */
void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct udp_socket *s = context;
	struct sockaddr_storage from[RECEIVE_BATCH];
	struct mmsghdr messages[RECEIVE_BATCH];
	struct iovec parts[RECEIVE_BATCH];
	int count;

	(void)what;
	memset(messages, 0, sizeof(messages));
	memset(from, 0, sizeof(from));
	for (size_t i = 0; i < RECEIVE_BATCH; i++) {
		parts[i] = (struct iovec) { s->udp->room[i], sizeof(s->udp->room[i]) };
		messages[i].msg_hdr = (struct msghdr) {
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = &parts[i], .msg_iovlen = 1
		};
	}
	count = recvmmsg((int)fd, messages, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		take_datagram(s, &from[i], bytes_at(s->udp->room[i], messages[i].msg_len));
	if (count > 0 && s->udp->config.on_batch != NULL)
		s->udp->config.on_batch(s->udp->config.context);
}
