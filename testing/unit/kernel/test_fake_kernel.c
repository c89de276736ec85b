/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fake kernel takes, and which SA it gives a packet: the rules of Linux, one by one. */
#include "kernel_samples.h"

#include "base/buffer.h"
#include "base/mem.h"
#include "pluto/kernel/fake.h"

enum { CPUS = 4, ANY = -1, NOTHING = 0 };

static struct kernel_backend *new_fake(void)
{
	struct fake_config config = { .cpus = CPUS, .per_cpu = true };

	return kernel_fake_new(&config);
}

static struct fake_packet packet_out(void)
{
	return (struct fake_packet) { .source = sample_address("192.0.1.254"),
				      .destination = sample_address("192.0.2.254"),
				      .protocol = IPPROTO_ICMP,
				      .source_port = 8,
				      .len = 84 };
}

/* The SPI that a packet from this CPU goes out on; 0: none. */
static uint32_t spi_from(struct kernel_backend *k, uint32_t cpu)
{
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	return fake_send(k, cpu, &p, &wire) == 0 ? wire.spi : NOTHING;
}

static void delete_sa(struct kernel_backend *k, uint32_t spi)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, spi, KERNEL_CPU_NONE);

	c.verb = KERNEL_SA_DELETE;
	assert_int_equal(sample_apply(k, c), 0);
}

/* `adds` are SAs in order: SPI 0x1000 + index, bound to that CPU or to none; `gone` is deleted. */
static const struct {
	const char *what;
	int adds[6];
	size_t count;
	int gone; /* index of adds, or ANY: none */
	uint32_t expect[CPUS];
} choices[] = {
	{ "an unbound SA serves every CPU", { ANY }, 1, ANY, { 0x1000, 0x1000, 0x1000, 0x1000 } },
	{ "bound before unbound, the rest falls back", { ANY, 0, 1 }, 3, ANY,
	  { 0x1001, 0x1002, 0x1000, 0x1000 } },
	{ "the order of adding does not matter", { 1, 0, ANY }, 3, ANY,
	  { 0x1001, 0x1000, 0x1002, 0x1002 } },
	{ "every CPU its own", { ANY, 0, 1, 2, 3 }, 5, ANY, { 0x1001, 0x1002, 0x1003, 0x1004 } },
	{ "two bound to one CPU: the newest", { ANY, 0, 0 }, 3, ANY,
	  { 0x1002, 0x1000, 0x1000, 0x1000 } },
	{ "a newer unbound one takes nothing from the bound", { ANY, 0, ANY }, 3, ANY,
	  { 0x1001, 0x1002, 0x1002, 0x1002 } },
	{ "a replaced one that went away", { ANY, 0, 0 }, 3, 1, { 0x1002, 0x1000, 0x1000, 0x1000 } },
	{ "a bound one that went away: the fallback", { ANY, 0 }, 2, 1,
	  { 0x1000, 0x1000, 0x1000, 0x1000 } },
	{ "without the unbound one other CPUs have nothing", { ANY, 2 }, 2, 0,
	  { NOTHING, NOTHING, 0x1001, NOTHING } },
};

static void every_packet_takes_the_sa_that_linux_would_choose(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct kernel_backend *k = new_fake();

		print_message("%s\n", choices[i].what);
		assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
		for (size_t n = 0; n < choices[i].count; n++) {
			int cpu = choices[i].adds[n];
			struct kernel_change c = sample_sa(
				KERNEL_OUT, 0x1000 + (uint32_t)n,
				cpu == ANY ? KERNEL_CPU_NONE : (uint32_t)cpu);

			assert_int_equal(sample_apply(k, c), 0);
		}
		if (choices[i].gone != ANY)
			delete_sa(k, 0x1000 + (uint32_t)choices[i].gone);
		for (uint32_t cpu = 0; cpu < CPUS; cpu++)
			assert_int_equal(spi_from(k, cpu), choices[i].expect[cpu]);
		kernel_free(k);
	}
}

static void without_per_cpu_support_all_go_in_unbound(void **state)
{
	struct fake_config config = { .cpus = CPUS, .per_cpu = false };
	struct kernel_backend *k = kernel_fake_new(&config);

	(void)state;
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1001, 0)), 0);
	assert_int_equal(spi_from(k, 3), 0x1001);
	assert_int_equal(fake_counts(k).bound, 0);
	kernel_free(k);
}

struct heard {
	unsigned acquires, expires, mappings;
	uint32_t spi;
	struct kernel_acquire acquire;
	struct endpoint from;
};

static void hear_acquire(void *context, const struct kernel_acquire *acquire)
{
	struct heard *h = context;

	h->acquires++;
	h->acquire = *acquire;
}

static void hear_expire(void *context, uint32_t spi, const struct address *destination, bool hard)
{
	struct heard *h = context;

	assert_true(hard);
	assert_true(address_is_set(destination));
	h->expires++;
	h->spi = spi;
}

static void hear_mapping(void *context, uint32_t spi, const struct address *destination,
			 const struct endpoint *from)
{
	struct heard *h = context;

	assert_true(address_is_set(destination));
	h->mappings++;
	h->spi = spi;
	h->from = *from;
}

static struct heard events_of(struct kernel_backend *k)
{
	struct heard h = { 0 };
	struct kernel_events events = { .context = &h,
					.on_acquire = hear_acquire,
					.on_expire = hear_expire,
					.on_mapping = hear_mapping };

	kernel_read_events(k, &events);
	return h;
}

/* spi_from()'s: a ping into the sample's net. */
static void assert_packet(const struct traffic_packet *packet)
{
	char text[SELECTOR_TEXT_MAX];

	assert_string_equal(selector_print(&packet->local, text), "192.0.1.254/32/ICMP/2048");
	assert_string_equal(selector_print(&packet->remote, text), "192.0.2.254/32/ICMP/2048");
}

static void a_trap_asks_once_until_an_sa_answers(void **state)
{
	struct kernel_backend *k = new_fake();
	struct heard h;

	(void)state;
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(spi_from(k, 0), NOTHING);
	assert_int_equal(spi_from(k, 1), NOTHING);
	h = events_of(k);
	assert_int_equal(h.acquires, 1);
	assert_int_equal(h.acquire.reqid, SAMPLE_REQID);
	assert_int_equal(h.acquire.cpu, KERNEL_CPU_NONE);
	assert_packet(&h.acquire.packet);
	assert_int_equal(events_of(k).acquires, 0);

	fake_expire_acquires(k);
	assert_int_equal(spi_from(k, 0), NOTHING);
	assert_int_equal(events_of(k).acquires, 1);

	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE)), 0);
	delete_sa(k, 0x1000);
	assert_int_equal(spi_from(k, 0), NOTHING);
	assert_int_equal(events_of(k).acquires, 1);
	assert_int_equal(fake_counts(k).acquires, 3);
	kernel_free(k);
}

static void exactly_the_hard_limit_of_packets_passes(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct fake_packet p = packet_out();
	struct fake_wire wire;
	struct heard h;

	(void)state;
	c.sa.hard_packets = 2;
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, c), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), -EINVAL);
	h = events_of(k);
	assert_int_equal(h.expires, 1);
	assert_int_equal(h.spi, 0x1000);
	assert_int_equal(fake_sa_count(k), 0);
	kernel_free(k);
}

static void at_the_hard_limit_of_bytes_an_sa_goes(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	(void)state;
	c.sa.hard_bytes = p.len + 1;
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, c), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), -EINVAL);
	assert_int_equal(events_of(k).expires, 1);
	assert_int_equal(fake_sa_count(k), 0);
	kernel_free(k);
}

static struct kernel_change move_to(struct kernel_change sa, const char *source, const char *destination,
				    uint16_t source_port)
{
	sa.verb = KERNEL_SA_MOVE;
	sa.to = (struct kernel_ends) {
		.source = sample_address(source),
		.destination = sample_address(destination),
		.encapsulated = sa.sa.encapsulated,
		.encap_source_port = source_port,
		.encap_destination_port = 4500,
	};
	return sa;
}

static struct kernel_change in_udp(struct kernel_change sa)
{
	sa.sa.encapsulated = true;
	sa.sa.encap_source_port = sa.sa.encap_destination_port = 4500;
	return sa;
}

static void a_moved_sa_keeps_its_numbers(void **state)
{
	struct fake_config config = { .cpus = CPUS, .per_cpu = true, .moves_addresses = true };
	struct kernel_backend *k = kernel_fake_new(&config);
	struct kernel_change sa = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct kernel_change policy = sample_policy(KERNEL_OUT);
	struct address to = sample_address("198.51.100.7");
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	(void)state;
	assert_int_equal(sample_apply(k, policy), 0);
	assert_int_equal(sample_apply(k, sa), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(sample_apply(k, move_to(sa, "192.1.2.45", "198.51.100.7", 0)), 0);
	/* The policy still wants the old ends. */
	assert_int_equal(spi_from(k, 0), NOTHING);
	policy.policy.tunnel_destination = to;
	assert_int_equal(sample_apply(k, policy), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(wire.sequence, 2);
	assert_true(address_equal(&wire.destination, &to));
	assert_int_equal(sample_apply(k, move_to(sa, "192.1.2.45", "198.51.100.7", 0)), -ESRCH);
	kernel_free(k);
}

static void without_the_ability_only_ports_move(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change sa = in_udp(sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE));

	(void)state;
	assert_int_equal(sample_apply(k, sa), 0);
	assert_int_equal(sample_apply(k, move_to(sa, "192.1.2.45", "198.51.100.7", 6501)),
			 -EOPNOTSUPP);
	assert_int_equal(sample_apply(k, move_to(sa, "192.1.2.45", "192.1.2.23", 6501)), 0);
	assert_int_equal(fake_sa_at(k, 0)->sa.encap_source_port, 6501);
	assert_true(address_equal(&fake_sa_at(k, 0)->sa.destination, &sa.sa.destination));
	kernel_free(k);
}

static struct fake_wire wire_in(struct kernel_backend *other, const char *from, uint16_t port)
{
	struct kernel_change sa = in_udp(sample_sa(KERNEL_IN, 0x1000, KERNEL_CPU_NONE));
	struct fake_packet p = { .source = sample_address("192.0.2.254"),
				 .destination = sample_address("192.0.1.254"),
				 .protocol = IPPROTO_ICMP,
				 .len = 84 };
	struct kernel_change policy = sample_policy(KERNEL_IN);
	struct fake_wire wire;

	/* The same SA, as its other end has it. */
	sa.sa.direction = KERNEL_OUT;
	sa.sa.replay_window = 0;
	policy.policy.direction = KERNEL_OUT;
	assert_int_equal(sample_apply(other, sa), 0);
	assert_int_equal(sample_apply(other, policy), 0);
	assert_int_equal(fake_send(other, 0, &p, &wire), 0);
	wire.source = sample_address(from);
	wire.source_port = port;
	return wire;
}

static void packets_from_elsewhere_are_taken_and_told_of(void **state)
{
	struct kernel_backend *k = new_fake(), *other = new_fake();
	struct fake_wire wire = wire_in(other, "198.51.100.7", 6777);
	struct kernel_change policy = sample_policy(KERNEL_FORWARD);
	struct heard h;

	(void)state;
	assert_int_equal(sample_apply(k, in_udp(sample_sa(KERNEL_IN, 0x1000, KERNEL_CPU_NONE))), 0);
	policy.policy.source = sample_net("192.0.2.0/24");
	policy.policy.destination = sample_net("192.0.1.0/24");
	/* Any end will do while SAs of old and new ones are there. */
	policy.policy.tunnel_source = (struct address) { .family = AF_INET };
	policy.policy.tunnel_destination = (struct address) { .family = AF_INET };
	assert_int_equal(sample_apply(k, policy), 0);
	assert_int_equal(fake_receive(k, &wire), 0);
	h = events_of(k);
	assert_int_equal(h.mappings, 1);
	assert_int_equal(h.spi, 0x1000);
	assert_int_equal(h.from.port, 6777);
	policy.policy.tunnel_source = sample_address("203.0.113.1");
	assert_int_equal(sample_apply(k, policy), 0);
	wire.sequence++;
	assert_int_equal(fake_receive(k, &wire), -EPERM);
	kernel_free(k);
	kernel_free(other);
}

/* The narrowest wins by its priority; without a policy a packet goes in the clear. */
static void the_policy_of_the_lowest_priority_decides(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change block = sample_policy(KERNEL_OUT);
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	(void)state;
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(wire.spi, 0);

	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	block.policy.kind = POLICY_BLOCK;
	block.policy.destination = sample_net("192.0.2.254/32");
	block.policy.priority = SAMPLE_PRIORITY - 1;
	assert_int_equal(sample_apply(k, block), 0);
	assert_int_equal(fake_send(k, 0, &p, &wire), -EPERM);

	block.policy.kind = POLICY_PASS;
	assert_int_equal(sample_apply(k, block), 0);
	assert_int_equal(fake_policy_count(k), 2);
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(wire.spi, 0);

	block.verb = KERNEL_POLICY_DELETE;
	assert_int_equal(sample_apply(k, block), 0);
	assert_int_equal(sample_apply(k, block), -ESRCH);
	assert_int_equal(fake_send(k, 0, &p, &wire), -EAGAIN);
	kernel_free(k);
}

static struct kernel_change far_sa(uint32_t spi)
{
	struct kernel_change c = sample_sa(KERNEL_OUT, spi, KERNEL_CPU_NONE);

	c.sa.direction = KERNEL_IN;
	c.sa.replay_window = 32;
	return c;
}

/* West's packets arrive at east, which has its policies the other way round. */
static struct kernel_backend *far_end(uint32_t spi)
{
	static const enum kernel_direction ways[] = { KERNEL_IN, KERNEL_FORWARD };
	struct kernel_backend *k = new_fake();

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct kernel_change c = sample_policy(KERNEL_OUT);

		c.policy.direction = ways[i];
		assert_int_equal(sample_apply(k, c), 0);
	}
	assert_int_equal(sample_apply(k, far_sa(spi)), 0);
	return k;
}

static struct kernel_backend *near_end(uint32_t spi)
{
	struct kernel_backend *k = new_fake();

	assert_int_equal(sample_apply(k, sample_policy(KERNEL_OUT)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, spi, KERNEL_CPU_NONE)), 0);
	return k;
}

static void a_packet_arrives_once_and_is_counted_at_both_ends(void **state)
{
	struct kernel_backend *west = near_end(0x1000), *east = far_end(0x1000);
	struct fake_packet p = packet_out();
	struct fake_wire wire;
	struct kernel_change query = far_sa(0x1000);

	(void)state;
	query.verb = KERNEL_SA_QUERY;
	fake_set_time(east, 1234567890);
	assert_int_equal(fake_send(west, 0, &p, &wire), 0);
	assert_int_equal(wire.sequence, 1);
	assert_int_equal(fake_receive(east, &wire), 0);
	assert_int_equal(fake_receive(east, &wire), -ESTALE);
	kernel_apply(east, &query, 1);
	assert_int_equal(query.result, 0);
	assert_int_equal(query.counters.packets, 1);
	assert_int_equal(query.counters.bytes, 84);
	assert_int_equal(query.counters.last_used, 1234567890);
	assert_int_equal(fake_find_sa(east, 0x1000, &query.sa.destination)->replays, 1);
	assert_int_equal(fake_sa_at(west, 0)->counters.bytes, 84);
	kernel_free(west);
	kernel_free(east);
}

static void what_does_not_fit_the_inbound_sa_is_dropped(void **state)
{
	struct kernel_backend *west = near_end(0x1000), *east = far_end(0x1000);
	struct fake_packet p = packet_out();
	struct fake_wire good, bad;

	(void)state;
	assert_int_equal(fake_send(west, 0, &p, &good), 0);
	bad = good;
	bad.spi = 0x1001;
	assert_int_equal(fake_receive(east, &bad), -ESRCH);
	bad = good;
	bad.encapsulated = true;
	assert_int_equal(fake_receive(east, &bad), -EPROTOTYPE);
	bad = good;
	bad.sealed++;
	assert_int_equal(fake_receive(east, &bad), -EBADMSG);
	bad = good;
	bad.packet.source = sample_address("10.0.0.1");
	assert_int_equal(fake_receive(east, &bad), -EPERM);
	bad = good;
	bad.spi = 0;
	assert_int_equal(fake_receive(east, &bad), -EPERM);
	kernel_free(west);
	kernel_free(east);
}

static const struct {
	const char *what;
	uint64_t sequence;
	int result;
} arrivals[] = {
	{ "zero is never sent", 0, -ESTALE },
	{ "the first", 1, 0 },
	{ "ahead", 40, 0 },
	{ "the last place of the window", 9, 0 },
	{ "one behind it", 8, -ESTALE },
	{ "late, in the window", 30, 0 },
	{ "late, again", 30, -ESTALE },
	{ "far ahead", 100000, 0 },
	{ "near it, where an old one was seen in the ring", 99982, 0 },
	{ "what the leap left behind", 41, -ESTALE },
};

static void the_replay_window_slides(void **state)
{
	struct kernel_backend *west = near_end(0x1000), *east = far_end(0x1000);
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	(void)state;
	assert_int_equal(fake_send(west, 0, &p, &wire), 0);
	for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
		print_message("%s\n", arrivals[i].what);
		wire.sequence = arrivals[i].sequence;
		assert_int_equal(fake_receive(east, &wire), arrivals[i].result);
	}
	kernel_free(west);
	kernel_free(east);
}

static void set_cpu_4(struct kernel_sa *sa) { sa->cpu = 4; }
static void set_window(struct kernel_sa *sa) { sa->replay_window = 32; }
static void set_low_spi(struct kernel_sa *sa) { sa->spi = 255; }
static void set_short_key(struct kernel_sa *sa) { sa->encr_key.len = 32; }
static void set_forward(struct kernel_sa *sa) { sa->direction = KERNEL_FORWARD; }
static void set_other_family(struct kernel_sa *sa) { sa->source.family = AF_INET6; }

static const struct {
	const char *what;
	void (*spoil)(struct kernel_sa *sa);
	int result;
} refusals[] = {
	{ "a CPU that cannot be", set_cpu_4, -ERANGE },
	{ "a replay window outbound", set_window, -EINVAL },
	{ "a reserved SPI", set_low_spi, -EINVAL },
	{ "a key without its salt", set_short_key, -EINVAL },
	{ "a direction that SAs do not have", set_forward, -EINVAL },
	{ "ends of two families", set_other_family, -EINVAL },
};

static void what_linux_refuses_is_refused(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change esn = sample_sa(KERNEL_IN, 0x1000, KERNEL_CPU_NONE);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct kernel_change c = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);

		print_message("%s\n", refusals[i].what);
		refusals[i].spoil(&c.sa);
		assert_int_equal(sample_apply(k, c), refusals[i].result);
	}
	esn.sa.esn = true;
	esn.sa.replay_window = 0;
	assert_int_equal(sample_apply(k, esn), -EINVAL);
	assert_int_equal(fake_sa_count(k), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1000, 3)), 0);
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0x1000, 3)), -EEXIST);
	kernel_free(k);
}

static void changes_stop_at_the_first_failure(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change c[] = { sample_sa(KERNEL_IN, 0x1000, 0),
				     sample_sa(KERNEL_OUT, 0x2000, 0),
				     sample_policy(KERNEL_OUT) };

	(void)state;
	fake_refuse(k, 2, -ENOMEM, "no room");
	kernel_apply(k, c, ARRAY_LEN(c));
	assert_int_equal(c[0].result, 0);
	assert_int_equal(c[1].result, -ENOMEM);
	assert_string_equal(c[1].text, "no room");
	assert_int_equal(c[2].result, -ECANCELED);
	assert_int_equal(fake_counts(k).inbound, 1);
	assert_int_equal(fake_counts(k).outbound, 0);
	assert_int_equal(fake_counts(k).policies, 0);
	assert_int_equal(fake_counts(k).changes, 1);
	kernel_free(k);
}

static void a_query_of_what_is_gone_stops_nothing(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change c[] = { sample_sa(KERNEL_IN, 0x1000, 0),
				     sample_sa(KERNEL_IN, 0x1001, 0),
				     sample_policy(KERNEL_OUT) };

	(void)state;
	assert_int_equal(sample_apply(k, c[1]), 0);
	c[0].verb = c[1].verb = KERNEL_SA_QUERY;
	kernel_apply(k, c, ARRAY_LEN(c));
	assert_int_equal(c[0].result, -ESRCH);
	assert_int_equal(c[1].result, 0);
	assert_int_equal(c[2].result, 0);
	kernel_free(k);
}

static void transport_mode_looks_at_the_selector_of_the_sa(void **state)
{
	struct kernel_backend *k = new_fake();
	struct kernel_change policy = sample_policy(KERNEL_OUT);
	struct kernel_change sa = sample_sa(KERNEL_OUT, 0x1000, KERNEL_CPU_NONE);
	struct fake_packet p = packet_out();
	struct fake_wire wire;

	(void)state;
	policy.policy.mode = sa.sa.mode = TYPE_TRANSPORT;
	policy.policy.source = sa.sa.local = sample_net("192.1.2.45/32");
	policy.policy.destination = sa.sa.remote = sample_net("192.1.2.23/32");
	sa.sa.local.protocol = sa.sa.remote.protocol = IPPROTO_UDP;
	assert_int_equal(sample_apply(k, policy), 0);
	assert_int_equal(sample_apply(k, sa), 0);
	p.source = sample_address("192.1.2.45");
	p.destination = sample_address("192.1.2.23");
	assert_int_equal(fake_send(k, 0, &p, &wire), -EAGAIN);
	p.protocol = IPPROTO_UDP;
	assert_int_equal(fake_send(k, 0, &p, &wire), 0);
	assert_int_equal(wire.spi, 0x1000);
	kernel_free(k);
}

static void routes_and_addresses_are_kept(void **state)
{
	struct kernel_backend *k = new_fake();
	struct address own = sample_address("192.1.2.45"), *list;
	struct kernel_change route = sample_route("192.0.2.0/24");
	size_t count;

	(void)state;
	kernel_apply(k, &route, 1);
	assert_int_equal(route.result, 0);
	assert_true(route.route_made);
	assert_int_equal(fake_route_count(k), 1);
	route.verb = KERNEL_ROUTE_DELETE;
	assert_int_equal(sample_apply(k, route), 0);
	assert_int_equal(sample_apply(k, route), -ESRCH);

	fake_set_addresses(k, &own, 1);
	assert_int_equal(kernel_list_addresses(k, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_true(address_equal(&list[0], &own));
	mem_free(list);
	kernel_free(k);
}

static void the_dump_shows_spi_cpu_and_policy(void **state)
{
	struct kernel_backend *k = new_fake();
	struct buffer b = { 0 };

	(void)state;
	assert_int_equal(sample_apply(k, sample_sa(KERNEL_OUT, 0xc0ffee01, 2)), 0);
	assert_int_equal(sample_apply(k, sample_policy(KERNEL_FORWARD)), 0);
	fake_dump(k, &b);
	assert_non_null(strstr(buffer_text(&b), "sa out spi 0xc0ffee01 192.1.2.45 -> 192.1.2.23"));
	assert_non_null(strstr(buffer_text(&b), " cpu 2"));
	assert_non_null(strstr(buffer_text(&b), "policy fwd 192.0.2.0/24 -> 192.0.1.0/24 protect"));
	buffer_done(&b);
	kernel_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_takes_the_sa_that_linux_would_choose),
		cmocka_unit_test(without_per_cpu_support_all_go_in_unbound),
		cmocka_unit_test(a_trap_asks_once_until_an_sa_answers),
		cmocka_unit_test(a_moved_sa_keeps_its_numbers),
		cmocka_unit_test(without_the_ability_only_ports_move),
		cmocka_unit_test(packets_from_elsewhere_are_taken_and_told_of),
		cmocka_unit_test(exactly_the_hard_limit_of_packets_passes),
		cmocka_unit_test(at_the_hard_limit_of_bytes_an_sa_goes),
		cmocka_unit_test(the_policy_of_the_lowest_priority_decides),
		cmocka_unit_test(a_packet_arrives_once_and_is_counted_at_both_ends),
		cmocka_unit_test(what_does_not_fit_the_inbound_sa_is_dropped),
		cmocka_unit_test(the_replay_window_slides),
		cmocka_unit_test(what_linux_refuses_is_refused),
		cmocka_unit_test(changes_stop_at_the_first_failure),
		cmocka_unit_test(a_query_of_what_is_gone_stops_nothing),
		cmocka_unit_test(transport_mode_looks_at_the_selector_of_the_sa),
		cmocka_unit_test(routes_and_addresses_are_kept),
		cmocka_unit_test(the_dump_shows_spi_cpu_and_policy),
	};

	return cmocka_run_group_tests_name("fake kernel", tests, NULL, NULL);
}
