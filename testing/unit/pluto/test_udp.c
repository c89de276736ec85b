/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UDP sockets, over loopback: endpoints, the non-ESP marker, what is dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/loop/loop.h"
#include "pluto/udp/udp.h"
#include "wire/message.h"

enum { LOOP_LIMIT_SECONDS = 20 };

/* In the IKE header. */
enum { EXCHANGE_AT = 18, FLAGS_AT = 19, ID_AT = 23, LAST_ID = 0x77 };

/* Ports of this run, so that several may go on at once. */
static uint16_t port_base(void)
{
	return (uint16_t)(20000 + getpid() % 10000 * 4);
}

struct host {
	struct udp *udp;
	struct loop *loop;
	size_t received, expected, problems;
	struct endpoint local, remote;
	struct buffer last;
	bool wants_last;         /* the loop ends with a datagram whose message id is LAST_ID */
	int prepare_result;
	size_t prepared_nat, prepared_plain;
};

static void on_datagram(void *context, const struct endpoint *local,
			const struct endpoint *remote, struct bytes datagram)
{
	struct host *h = context;

	h->received++;
	h->local = *local;
	h->remote = *remote;
	buffer_clear(&h->last);
	write_bytes(&h->last, datagram);
	if (h->received == h->expected ||
	    (h->wants_last && datagram.ptr[ID_AT] == LAST_ID))
		loop_stop(h->loop, 0);
}

static int prepare(void *context, int fd, uint16_t family, bool nat)
{
	struct host *h = context;

	assert_true(fd >= 0);
	assert_true(family == AF_INET || family == AF_INET6);
	*(nat ? &h->prepared_nat : &h->prepared_plain) += 1;
	return h->prepare_result;
}

static void on_problem(void *context, const char *sentence)
{
	struct host *h = context;

	assert_non_null(sentence);
	h->problems++;
}

static struct address address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static struct host *host_new(struct loop *loop, uint16_t port, const char *listen)
{
	struct host *h = NEW(struct host);
	struct udp_config config = {
		.base = loop_base(loop), .port = port, .nat_port = (uint16_t)(port + 1),
		.context = h, .on_datagram = on_datagram, .prepare = prepare,
		.on_problem = on_problem
	};

	if (listen)
		config.listen = address(listen);
	h->loop = loop;
	h->udp = udp_new(&config);
	return h;
}

static void host_free(struct host *h)
{
	udp_free(h->udp);
	buffer_done(&h->last);
	mem_free(h);
}

static void listen_on(struct host *h, const char *where)
{
	struct address a = address(where);

	assert_int_equal(udp_set_addresses(h->udp, &a, 1), 0);
	assert_int_equal(udp_socket_count(h->udp), 2);
}

static struct endpoint at(const char *where, uint16_t port)
{
	return (struct endpoint) { address(where), port };
}

/* A stuck test ends as one that failed. */
static void run(struct loop *loop)
{
	alarm(LOOP_LIMIT_SECONDS);
	loop_run(loop);
	alarm(0);
}

static void a_datagram_arrives_with_its_two_endpoints(const char *where, bool nat, size_t len)
{
	struct loop *loop = loop_new();
	uint16_t port = port_base(), extra = nat ? 1 : 0;
	struct host *a = host_new(loop, port, NULL);
	struct host *b = host_new(loop, (uint16_t)(port + 2), NULL);
	struct endpoint from = at(where, (uint16_t)(port + extra));
	struct endpoint to = at(where, (uint16_t)(port + 2 + extra));
	uint8_t *message = mem_new(len);

	memset(message, 0x5a, len);
	listen_on(a, where);
	listen_on(b, where);
	b->expected = 1;
	assert_int_equal(udp_send(a->udp, &from, &to, bytes_at(message, len)), 0);
	run(loop);
	assert_int_equal(b->received, 1);
	assert_true(endpoint_equal(&b->local, &to));
	assert_true(endpoint_equal(&b->remote, &from));
	assert_true(bytes_equal(buffer_bytes(&b->last), bytes_at(message, len)));
	mem_free(message);
	host_free(a);
	host_free(b);
	loop_free(loop);
}

static void datagrams_go_and_come_on_both_ports_and_families(void **state)
{
	(void)state;
	a_datagram_arrives_with_its_two_endpoints("127.0.0.1", false, 28);
	a_datagram_arrives_with_its_two_endpoints("127.0.0.1", true, 28);
	a_datagram_arrives_with_its_two_endpoints("::1", false, 28);
	a_datagram_arrives_with_its_two_endpoints("::1", true, 28);
	a_datagram_arrives_with_its_two_endpoints("127.0.0.1", false, 65507);
	a_datagram_arrives_with_its_two_endpoints("127.0.0.1", true, 65503);
}

static int stranger(struct endpoint *own)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(own, &ss);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

static void throw_at(int fd, const struct endpoint *to, const void *data, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t ss_len = endpoint_to_sockaddr(to, &ss);

	assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&ss, ss_len), (int)len);
}

static void on_the_nat_port_only_what_has_the_marker_is_ike(void **state)
{
	struct loop *loop = loop_new();
	uint16_t port = port_base();
	struct host *h = host_new(loop, port, NULL);
	struct endpoint own = at("127.0.0.1", (uint16_t)(port + 3));
	struct endpoint nat = at("127.0.0.1", (uint16_t)(port + 1));
	int fd = stranger(&own);

	(void)state;
	listen_on(h, "127.0.0.1");
	h->expected = 2;
	throw_at(fd, &nat, "\xff", 1);                 /* keepalive */
	throw_at(fd, &nat, "", 0);
	throw_at(fd, &nat, "\0\0\0", 3);               /* half a marker */
	throw_at(fd, &nat, "\0\0\0\1ESP here", 12);    /* an SPI */
	throw_at(fd, &nat, "\xff\xff\xff\xff", 4);
	throw_at(fd, &nat, "\0\0\0\0", 4);             /* a marker and nothing: for the engine */
	throw_at(fd, &nat, "\0\0\0\0IKE", 7);
	run(loop);
	assert_int_equal(h->received, 2);
	assert_true(bytes_equal(buffer_bytes(&h->last), bytes_of_text("IKE")));
	close(fd);
	host_free(h);
	loop_free(loop);
}

static void the_marker_is_on_the_wire_and_not_before_a_keepalive(void **state)
{
	struct loop *loop = loop_new();
	uint16_t port = port_base();
	struct host *h = host_new(loop, port, NULL);
	struct endpoint own = at("127.0.0.1", (uint16_t)(port + 3));
	struct endpoint nat = at("127.0.0.1", (uint16_t)(port + 1));
	struct endpoint plain = at("127.0.0.1", port);
	int fd = stranger(&own);
	uint8_t got[16];

	(void)state;
	listen_on(h, "127.0.0.1");
	assert_int_equal(udp_send(h->udp, &nat, &own, bytes_of_text("IKE")), 0);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 7);
	assert_memory_equal(got, "\0\0\0\0IKE", 7);
	assert_int_equal(udp_send(h->udp, &plain, &own, bytes_of_text("IKE")), 0);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 3);
	assert_int_equal(udp_send_keepalive(h->udp, &nat, &own), 0);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 1);
	assert_int_equal(got[0], 0xff);
	close(fd);
	host_free(h);
	loop_free(loop);
}

static void sockets_follow_the_addresses(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct address two[] = { address("127.0.0.1"), address("127.0.0.2") };
	struct endpoint gone = at("127.0.0.1", port_base());

	(void)state;
	assert_int_equal(udp_set_addresses(h->udp, two, 2), 0);
	assert_int_equal(udp_socket_count(h->udp), 4);
	assert_int_equal(h->prepared_plain, 4); /* each has one for first messages, too */
	assert_int_equal(h->prepared_nat, 4);
	assert_int_equal(udp_set_addresses(h->udp, two + 1, 1), 0);
	assert_int_equal(udp_socket_count(h->udp), 2);
	assert_int_equal(h->prepared_plain, 4); /* what stays is not opened anew */
	assert_int_equal(udp_send(h->udp, &gone, &gone, bytes_of_text("x")), -EADDRNOTAVAIL);
	assert_int_equal(udp_set_addresses(h->udp, NULL, 0), 0);
	assert_int_equal(udp_socket_count(h->udp), 0);
	host_free(h);
	loop_free(loop);
}

static void only_the_address_of_listen_and_no_link_local_one_is_used(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), "127.0.0.2");
	struct address list[] = { address("127.0.0.1"), address("127.0.0.2"), address("fe80::1") };

	(void)state;
	assert_int_equal(udp_set_addresses(h->udp, list, 3), 0);
	assert_int_equal(udp_socket_count(h->udp), 2);
	host_free(h);
	h = host_new(loop, port_base(), NULL);
	assert_int_equal(udp_set_addresses(h->udp, list, 3), 0);
	assert_int_equal(udp_socket_count(h->udp), 4);
	host_free(h);
	loop_free(loop);
}

static void an_address_that_cannot_be_bound_is_told_and_the_others_work(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct address list[] = { address("192.0.2.99"), address("127.0.0.1") };

	(void)state;
	assert_int_equal(udp_set_addresses(h->udp, list, 2), -EADDRNOTAVAIL);
	assert_int_equal(h->problems, 2);
	assert_int_equal(udp_socket_count(h->udp), 2);
	host_free(h);
	loop_free(loop);
}

static void a_socket_that_cannot_be_prepared_is_not_used(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct address a = address("127.0.0.1");

	(void)state;
	h->prepare_result = -EPERM;
	assert_int_equal(udp_set_addresses(h->udp, &a, 1), -EPERM);
	assert_int_equal(udp_socket_count(h->udp), 0);
	host_free(h);
	loop_free(loop);
}

static void two_daemons_on_one_port_are_told(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct host *other = host_new(loop, port_base(), NULL);
	struct address a = address("127.0.0.1");

	(void)state;
	assert_int_equal(udp_set_addresses(h->udp, &a, 1), 0);
	assert_int_equal(udp_set_addresses(other->udp, &a, 1), -EADDRINUSE);
	assert_int_equal(other->problems, 2);
	host_free(h);
	host_free(other);
	loop_free(loop);
}

/* None of these is a first message, and each comes behind more of those than a buffer holds. */
static const struct {
	const char *what;
	uint8_t exchange, flags, spi_r_at;
} not_first[] = {
	{ "an established IKE SA's", EXCHANGE_INFORMATIONAL, FLAG_INITIATOR, 0 },
	{ "a response to our first message", EXCHANGE_IKE_SA_INIT, FLAG_RESPONSE, 0 },
	{ "one with a responder's SPI", EXCHANGE_IKE_SA_INIT, FLAG_INITIATOR, 8 },
	{ "one with a small one", EXCHANGE_IKE_SA_INIT, FLAG_INITIATOR, 15 },
};

static void throw_header(int fd, const struct endpoint *to, bool nat, const uint8_t *header)
{
	uint8_t message[4 + IKE_HEADER_LEN] = { 0 };

	memcpy(message + 4, header, IKE_HEADER_LEN);
	throw_at(fd, to, nat ? message : message + 4, IKE_HEADER_LEN + (nat ? 4 : 0));
}

static void a_flood_of_first_messages_leaves_room(struct host *h, bool nat)
{
	enum { FLOOD = 20000 };
	struct endpoint to = at("127.0.0.1", (uint16_t)(port_base() + nat));
	struct endpoint own = at("127.0.0.1", (uint16_t)(port_base() + 2));
	int fd = stranger(&own);

	for (size_t row = 0; row < ARRAY_LEN(not_first); row++) {
		uint8_t first[IKE_HEADER_LEN] = { [0] = 1, [EXCHANGE_AT] = EXCHANGE_IKE_SA_INIT,
						  [FLAGS_AT] = FLAG_INITIATOR };

		for (int i = 0; i < FLOOD; i++)
			throw_header(fd, &to, nat, first);
		first[EXCHANGE_AT] = not_first[row].exchange;
		first[FLAGS_AT] = not_first[row].flags;
		first[ID_AT] = LAST_ID;
		if (not_first[row].spi_r_at != 0)
			first[not_first[row].spi_r_at] = 1;
		throw_header(fd, &to, nat, first);
		h->received = 0;
		print_message("%s\n", not_first[row].what);
		run(h->loop);
		assert_in_range(h->received, 2, FLOOD / 2); /* some, and it did not have to wait */
	}
	close(fd);
}

static void a_flood_of_first_messages_leaves_room_for_the_rest(void **state)
{
	(void)state;
	for (int nat = 0; nat <= 1; nat++) {
		struct loop *loop = loop_new();
		struct host *h = host_new(loop, port_base(), NULL);

		h->wants_last = true;
		listen_on(h, "127.0.0.1");
		a_flood_of_first_messages_leaves_room(h, nat);
		host_free(h);
		loop_free(loop);
	}
}

static bool is_bound(uint16_t port)
{
	struct endpoint e = at("127.0.0.1", port);
	struct sockaddr_storage there;
	socklen_t len = endpoint_to_sockaddr(&e, &there);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool taken = bind(fd, (const struct sockaddr *)&there, len) < 0 && errno == EADDRINUSE;

	close(fd);
	return taken;
}

static void a_port_of_a_clone_is_held_while_an_sa_uses_it(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct endpoint one = at("127.0.0.1", (uint16_t)(port_base() + 2));
	struct endpoint other = at("127.0.0.1", (uint16_t)(port_base() + 3));

	(void)state;
	udp_hold(h->udp, &one);
	udp_hold(h->udp, &one); /* as while it is rekeyed */
	assert_int_equal(udp_held_count(h->udp), 1);
	assert_int_equal(h->prepared_nat, 1);
	assert_true(is_bound(one.port));
	udp_release(h->udp, &one);
	udp_release(h->udp, &other); /* never held */
	assert_true(is_bound(one.port));
	udp_release(h->udp, &one);
	assert_int_equal(udp_held_count(h->udp), 0);
	assert_false(is_bound(one.port));
	udp_hold(h->udp, &other); /* gone with all others */
	host_free(h);
	loop_free(loop);
	assert_false(is_bound(other.port));
}

static void a_port_that_cannot_be_held_is_told_and_released_all_the_same(void **state)
{
	struct loop *loop = loop_new();
	struct host *h = host_new(loop, port_base(), NULL);
	struct endpoint local = at("127.0.0.1", (uint16_t)(port_base() + 2));

	(void)state;
	h->prepare_result = -EPERM;
	udp_hold(h->udp, &local);
	assert_int_equal(h->problems, 1);
	assert_int_equal(udp_held_count(h->udp), 0);
	assert_false(is_bound(local.port));
	udp_release(h->udp, &local);
	h->prepare_result = 0;
	udp_hold(h->udp, &local); /* another time */
	assert_int_equal(udp_held_count(h->udp), 1);
	host_free(h);
	loop_free(loop);
}

static void held_ports_leave_descriptors_for_others(void **state)
{
	struct loop *loop = loop_new();
	struct rlimit before, few;
	struct host *h;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	h = host_new(loop, port_base(), NULL);
	for (uint16_t i = 0; i < 40; i++) {
		struct endpoint local = at("127.0.0.1", (uint16_t)(port_base() + 2 + i));

		udp_hold(h->udp, &local);
	}
	assert_int_equal(udp_held_count(h->udp), 32);
	host_free(h);
	loop_free(loop);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void loopback_has_its_interface(void **state)
{
	struct address own = address("127.0.0.1"), foreign = address("192.0.2.99");
	struct ifaddrs *all = udp_interfaces();
	char name[IF_NAMESIZE];

	(void)state;
	udp_interface_of(all, &own, name);
	assert_string_equal(name, "lo");
	udp_interface_of(all, &foreign, name);
	assert_string_equal(name, "");
	freeifaddrs(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_go_and_come_on_both_ports_and_families),
		cmocka_unit_test(on_the_nat_port_only_what_has_the_marker_is_ike),
		cmocka_unit_test(the_marker_is_on_the_wire_and_not_before_a_keepalive),
		cmocka_unit_test(sockets_follow_the_addresses),
		cmocka_unit_test(only_the_address_of_listen_and_no_link_local_one_is_used),
		cmocka_unit_test(an_address_that_cannot_be_bound_is_told_and_the_others_work),
		cmocka_unit_test(a_socket_that_cannot_be_prepared_is_not_used),
		cmocka_unit_test(two_daemons_on_one_port_are_told),
		cmocka_unit_test(a_flood_of_first_messages_leaves_room_for_the_rest),
		cmocka_unit_test(a_port_of_a_clone_is_held_while_an_sa_uses_it),
		cmocka_unit_test(a_port_that_cannot_be_held_is_told_and_released_all_the_same),
		cmocka_unit_test(held_ports_leave_descriptors_for_others),
		cmocka_unit_test(loopback_has_its_interface),
	};

	return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
