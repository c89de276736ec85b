/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF program in the running kernel, on packets of ours (BPF_PROG_TEST_RUN): good ones, and more
 * than forty thousand that are not quite. A second parser, which shares nothing with the program,
 * says which of them may be handed to a CPU. Skipped where this process may not load BPF programs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "base/mem.h"
#include "pluto/steer/xdp.h"

enum {
	FRAME_MAX = 256,
	ROUNDS = 45000,
	SPI_PLAIN = 0x10000001,
	SPI_UDP = 0x20000002,
	TESTED_CPU = 0
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t len;
};

struct shape {
	const char *name;
	int tags;          /* VLAN */
	uint16_t family;
	bool encapsulated;
	uint32_t padding;  /* bytes after what the IP header counts */
};

static const struct shape shapes[] = {
	{ "IPv4", 0, AF_INET, false, 0 },
	{ "IPv4 in UDP", 0, AF_INET, true, 0 },
	{ "IPv6", 0, AF_INET6, false, 0 },
	{ "IPv6 in UDP", 0, AF_INET6, true, 0 },
	{ "IPv4, a tag", 1, AF_INET, false, 0 },
	{ "IPv4 in UDP, a tag", 1, AF_INET, true, 3 },
	{ "IPv6, a tag", 1, AF_INET6, false, 9 },
	{ "IPv6 in UDP, two tags", 2, AF_INET6, true, 0 },
	{ "IPv4, two tags", 2, AF_INET, false, 7 },
};

static const uint8_t own4[4] = { 192, 1, 2, 23 };
static const uint8_t own6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, [15] = 0x23 };

static void put(struct frame *f, const void *bytes, uint32_t len)
{
	assert_true(f->len + len <= FRAME_MAX);
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put8(struct frame *f, uint32_t value)
{
	put(f, &(uint8_t) { (uint8_t)value }, 1);
}

static void put16(struct frame *f, uint32_t value)
{
	put8(f, value >> 8);
	put8(f, value & 0xff);
}

static void put32(struct frame *f, uint32_t value)
{
	put16(f, value >> 16);
	put16(f, value & 0xffff);
}

static void put_zeros(struct frame *f, uint32_t count)
{
	while (count-- > 0)
		put8(f, 0);
}

static void put_ip(struct frame *f, const struct shape *s, uint32_t payload)
{
	uint8_t protocol = s->encapsulated ? 17 : 50;

	if (s->family == AF_INET) {
		put16(f, 0x4500);
		put16(f, 20 + payload);
		put16(f, 0x1234);
		put16(f, 0x4000); /* don't fragment */
		put8(f, 64);
		put8(f, protocol);
		put16(f, 0);
		put32(f, 0xc001022d);
		put(f, own4, sizeof(own4));
		return;
	}
	put32(f, 0x60000000);
	put16(f, payload);
	put8(f, protocol);
	put8(f, 64);
	put(f, own6, sizeof(own6) - 1);
	put8(f, 0x45);
	put(f, own6, sizeof(own6));
}

static struct frame frame_of(const struct shape *s)
{
	struct frame f = { .len = 0 };
	uint32_t payload = 24; /* SPI, number, a little more */

	put_zeros(&f, 12);
	for (int i = 0; i < s->tags; i++) {
		put16(&f, i + 1 < s->tags ? 0x88a8 : 0x8100);
		put16(&f, 5);
	}
	put16(&f, s->family == AF_INET ? 0x0800 : 0x86dd);
	put_ip(&f, s, payload + (s->encapsulated ? 8 : 0));
	if (s->encapsulated) {
		put16(&f, 50000);
		put16(&f, 4500);
		put16(&f, payload + 8);
		put16(&f, 0);
	}
	put32(&f, s->encapsulated ? SPI_UDP : SPI_PLAIN);
	put_zeros(&f, payload - 4 + s->padding);
	return f;
}

/* --- The other parser: numbers at places, from front to back --- */

static uint32_t number_at(const struct frame *f, uint32_t at, uint32_t len)
{
	uint32_t value = 0;

	for (uint32_t i = at; i < at + len; i++)
		value = value << 8 | (i < f->len ? f->bytes[i] : 0);
	return value;
}

static bool is_ours(const struct frame *f, uint32_t at, uint32_t end, bool udp)
{
	uint32_t need = udp ? 16 : 8;

	if (at + need > end)
		return false;
	if (!udp)
		return number_at(f, at, 4) == SPI_PLAIN;
	return number_at(f, at + 2, 2) == 4500 && number_at(f, at + 4, 2) == end - at &&
	       number_at(f, at + 8, 4) == SPI_UDP;
}

static bool accepts4(const struct frame *f, uint32_t at)
{
	uint32_t end = at + number_at(f, at + 2, 2), protocol = number_at(f, at + 9, 1);

	return at + 20 <= f->len && number_at(f, at, 1) == 0x45 &&
	       (number_at(f, at + 6, 2) & 0x3fff) == 0 && end <= f->len &&
	       (protocol == 50 || protocol == 17) && memcmp(f->bytes + at + 16, own4, 4) == 0 &&
	       is_ours(f, at + 20, end, protocol == 17);
}

static bool accepts6(const struct frame *f, uint32_t at)
{
	uint32_t end = at + 40 + number_at(f, at + 4, 2), protocol = number_at(f, at + 6, 1);

	return at + 40 <= f->len && number_at(f, at, 1) >> 4 == 6 && end <= f->len &&
	       (protocol == 50 || protocol == 17) && memcmp(f->bytes + at + 24, own6, 16) == 0 &&
	       is_ours(f, at + 40, end, protocol == 17);
}

static bool accepts(const struct frame *f)
{
	uint32_t at = 12, type = number_at(f, at, 2);

	for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); tags++) {
		at += 4;
		type = number_at(f, at, 2);
	}
	if (at + 2 > f->len)
		return false;
	return type == 0x0800 ? accepts4(f, at + 2) : type == 0x86dd && accepts6(f, at + 2);
}

/* --- The program --- */

struct tested {
	struct xdp *xdp;
	struct steer_sa sas[4];
};

static struct steer_sa sa_of(const struct shape *s)
{
	struct steer_sa sa = { .destination = { .family = s->family },
			       .spi = s->encapsulated ? SPI_UDP : SPI_PLAIN,
			       .encapsulated = s->encapsulated, .cpu = TESTED_CPU };

	if (s->family == AF_INET)
		memcpy(sa.destination.ip, own4, sizeof(own4));
	else
		memcpy(sa.destination.ip, own6, sizeof(own6));
	return sa;
}

static struct tested *tested_new(void)
{
	char why[STEER_WHY_MAX];
	struct xdp *xdp = xdp_open(1, why);
	struct tested *t;

	if (xdp == NULL) {
		print_message("skipped: %s\n", why);
		skip();
	}
	t = NEW(struct tested);
	t->xdp = xdp;
	for (size_t i = 0; i < 4; i++) {
		t->sas[i] = sa_of(&shapes[i]);
		assert_int_equal(xdp_add(xdp, &t->sas[i]), 0);
	}
	return t;
}

static void tested_free(struct tested *t)
{
	xdp_close(t->xdp);
	mem_free(t);
}

/* What the program says; the packet that it leaves is the one it got. */
static uint32_t run(const struct tested *t, const struct frame *f)
{
	struct frame out = { .len = 0 };
	union bpf_attr a = { .test = { .prog_fd = (uint32_t)xdp_program(t->xdp),
				       .data_size_in = f->len, .data_in = (uintptr_t)f->bytes,
				       .data_size_out = FRAME_MAX,
				       .data_out = (uintptr_t)out.bytes, .repeat = 1 } };

	assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &a, sizeof(a)), 0);
	assert_int_equal(a.test.data_size_out, f->len);
	assert_memory_equal(out.bytes, f->bytes, f->len);
	return a.test.retval;
}

static void test_each_shape_goes_to_its_cpu(void **state)
{
	struct tested *t = tested_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct frame f = frame_of(&shapes[i]);

		assert_true(accepts(&f));
		if (run(t, &f) != XDP_REDIRECT)
			fail_msg("%s was not handed on", shapes[i].name);
	}
	tested_free(t);
}

static void test_they_are_counted_by_sa(void **state)
{
	struct tested *t = tested_new();
	struct frame f = frame_of(&shapes[3]);
	struct steer_counters found;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(run(t, &f), XDP_REDIRECT);
	assert_true(xdp_count(t->xdp, &t->sas[3], &found));
	assert_int_equal(found.packets, 5);
	assert_int_equal(found.bytes, 5 * f.len);
	assert_true(xdp_count(t->xdp, &t->sas[0], &found));
	assert_int_equal(found.packets, 0);
	tested_free(t);
}

static void test_an_sa_that_is_taken_out_passes(void **state)
{
	struct tested *t = tested_new();
	struct frame f = frame_of(&shapes[0]);
	struct steer_counters found;

	(void)state;
	assert_int_equal(xdp_add(t->xdp, &t->sas[0]), -EEXIST);
	xdp_remove(t->xdp, &t->sas[0]);
	assert_int_equal(run(t, &f), XDP_PASS);
	assert_false(xdp_count(t->xdp, &t->sas[0], &found));
	/* The CPU has other SAs still; without the last it has no queue, and gets it again. */
	for (size_t i = 1; i < 4; i++)
		xdp_remove(t->xdp, &t->sas[i]);
	assert_int_equal(xdp_add(t->xdp, &t->sas[0]), 0);
	assert_int_equal(run(t, &f), XDP_REDIRECT);
	tested_free(t);
}

static void test_a_cpu_that_there_cannot_be_is_refused(void **state)
{
	struct tested *t = tested_new();
	struct steer_sa sa = t->sas[0];

	(void)state;
	sa.spi++;
	sa.cpu = 1;
	assert_int_equal(xdp_add(t->xdp, &sa), -ERANGE);
	tested_free(t);
}

static void expect_pass(const struct tested *t, const char *what, const struct frame *f)
{
	assert_false(accepts(f));
	if (run(t, f) != XDP_PASS)
		fail_msg("%s did not pass", what);
}

/* A frame of the shape with one byte changed. */
static struct frame with(size_t shape, uint32_t at, uint8_t value)
{
	struct frame f = frame_of(&shapes[shape]);

	assert_int_not_equal(f.bytes[at], value);
	f.bytes[at] = value;
	return f;
}

static void test_oddities_pass(void **state)
{
	static const struct {
		const char *what;
		size_t shape;
		uint32_t at;
		uint8_t value;
	} rows[] = {
		{ "more fragments", 0, 14 + 6, 0x20 },
		{ "a later fragment", 0, 14 + 7, 0x01 },
		{ "IPv4 options", 0, 14, 0x46 },
		{ "a short IPv4 header", 0, 14, 0x44 },
		{ "IPv5", 0, 14, 0x55 },
		{ "more length than bytes", 0, 14 + 3, 0xff },
		{ "less length than ESP", 0, 14 + 3, 27 },
		{ "another protocol", 0, 14 + 9, 6 },
		{ "AH", 0, 14 + 9, 51 },
		{ "another destination", 0, 14 + 19, 24 },
		{ "another SPI", 0, 14 + 20, 0x20 },
		{ "an IPv6 fragment", 2, 14 + 6, 44 },
		{ "IPv6 hop-by-hop options", 2, 14 + 6, 0 },
		{ "IPv6 destination options", 2, 14 + 6, 60 },
		{ "more IPv6 length than bytes", 2, 14 + 5, 0xff },
		{ "another port", 1, 14 + 20 + 3, 0xf4 },
		{ "UDP shorter than IP", 1, 14 + 20 + 5, 16 },
		{ "UDP longer than IP", 1, 14 + 20 + 5, 0xff },
		{ "ARP", 0, 13, 0x06 },
		{ "the plain SA's SPI in UDP", 1, 14 + 28, 0x10 },
	};
	struct tested *t = tested_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frame f = with(rows[i].shape, rows[i].at, rows[i].value);

		expect_pass(t, rows[i].what, &f);
	}
	tested_free(t);
}

static void test_ike_and_keepalives_pass(void **state)
{
	struct tested *t = tested_new();
	struct frame ike = frame_of(&shapes[1]), keepalive = frame_of(&shapes[1]);

	(void)state;
	memset(ike.bytes + 14 + 28, 0, 4);
	expect_pass(t, "IKE on port 4500", &ike);
	keepalive.bytes[14 + 3] = 20 + 9;
	keepalive.bytes[14 + 20 + 5] = 9;
	expect_pass(t, "a keepalive", &keepalive);
	tested_free(t);
}

static void test_every_prefix_passes(void **state)
{
	struct tested *t = tested_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct frame f = frame_of(&shapes[i]);

		f.len -= shapes[i].padding;
		while (--f.len >= 14)
			expect_pass(t, shapes[i].name, &f);
	}
	tested_free(t);
}

/* --- Mutations --- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33) % below;
}

static void mutate(struct frame *f, uint64_t *seed)
{
	/* Where decisions are made, before all else. */
	static const uint8_t telling[] = { 0, 1, 4, 6, 8, 17, 20, 28, 32, 44, 50, 0x20, 0x45, 0x46,
					   0x60, 0x81, 0x86, 0x88, 0xa8, 0xdd, 0xff };
	uint32_t at = draw(seed, f->len < 70 ? f->len : 70);

	switch (draw(seed, 6)) {
	case 0:
		f->bytes[at] ^= (uint8_t)(1U << draw(seed, 8));
		break;
	case 1:
		f->bytes[at] = (uint8_t)draw(seed, 256);
		break;
	case 2:
		f->bytes[at] = telling[draw(seed, sizeof(telling))];
		break;
	case 3:
		f->len = 14 + draw(seed, f->len - 13);
		break;
	case 4: /* bytes that were not there */
		if (f->len + 4 <= FRAME_MAX) {
			memmove(f->bytes + at + 4, f->bytes + at, f->len - at);
			f->len += 4;
		}
		break;
	default: /* bytes that are not there any more */
		if (f->len >= 14 + 4 && at + 4 <= f->len) {
			memmove(f->bytes + at, f->bytes + at + 4, f->len - at - 4);
			f->len -= 4;
		}
		break;
	}
}

static void test_no_mutation_deceives_it(void **state)
{
	struct tested *t = tested_new();
	uint64_t seed = 20241006;
	uint32_t handed_on = 0;

	(void)state;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct frame f = frame_of(&shapes[draw(&seed, ARRAY_LEN(shapes))]);
		uint32_t wanted, got;

		for (uint32_t times = 1 + draw(&seed, 3); times > 0; times--)
			mutate(&f, &seed);
		wanted = accepts(&f) ? XDP_REDIRECT : XDP_PASS;
		got = run(t, &f);
		if (got != wanted)
			fail_msg("packet %u: %u instead of %u", i, got, wanted);
		handed_on += got == XDP_REDIRECT;
	}
	print_message("%u packets, %u of them handed on\n", (unsigned)ROUNDS, handed_on);
	/* Both kinds are there, or nothing was tested. */
	assert_in_range(handed_on, ROUNDS / 20, ROUNDS - ROUNDS / 20);
	tested_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_shape_goes_to_its_cpu),
		cmocka_unit_test(test_they_are_counted_by_sa),
		cmocka_unit_test(test_an_sa_that_is_taken_out_passes),
		cmocka_unit_test(test_a_cpu_that_there_cannot_be_is_refused),
		cmocka_unit_test(test_oddities_pass),
		cmocka_unit_test(test_ike_and_keepalives_pass),
		cmocka_unit_test(test_every_prefix_passes),
		cmocka_unit_test(test_no_mutation_deceives_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
