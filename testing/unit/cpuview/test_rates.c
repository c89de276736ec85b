/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two looks at a gateway come to, and which sentences are said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gateway.h"

enum { CPUS = 4 };

/* A head and four clones; counters grow by what is given, in two seconds. */
static void make_rates(struct rates *out, const int in[CPUS + 1], const int sent[CPUS + 1],
		       const int received[CPUS], bool per_cpu)
{
	struct sample before = { 0 }, now = { 0 };

	add_kernel(&before, "0-3", per_cpu);
	add_kernel(&now, "0-3", per_cpu);
	for (int i = CPUS; i >= 0; i--) {
		add_traffic(&before, 10 + i, i, i - 1, 1000, 2000);
		add_traffic(&now, 10 + i, i, i - 1, 1000 + in[i], 2000 + sent[i]);
	}
	sample_complete(&before, "/nonexistent", SECONDS(10));
	sample_complete(&now, "/nonexistent", SECONDS(12));
	for (int i = 0; i < CPUS && received != NULL; i++) {
		before.loads[i] = (struct cpu_load) { .known = true, .packets = 5000 };
		now.loads[i] = (struct cpu_load) {
			.known = true, .packets = 5000 + (uint64_t)received[i],
		};
	}
	rates_make(out, &before, &now);
	sample_done(&before);
	sample_done(&now);
}

static void each_cpu_has_what_its_clone_carried_in_a_second(void **state)
{
	struct rates r;

	(void)state;
	make_rates(&r, (const int[]) { 2, 4, 6, 8, 10 }, (const int[]) { 20, 40, 60, 80, 100 },
		   (const int[]) { 0, 100, 100, 200 }, true);
	assert_int_equal(r.row_count, CPUS);
	assert_int_equal(r.clone_count, CPUS);
	assert_int_equal(r.bound_cpus, CPUS);
	assert_int_equal(r.sa_count, CPUS + 1);
	assert_int_equal(r.any.in.packets, 1);
	assert_int_equal(r.any.out.bits, 10 * 800);
	for (int i = 0; i < CPUS; i++) {
		assert_int_equal(r.rows[i].cpu, i);
		assert_int_equal(r.rows[i].in.packets, 2 + i);
		assert_int_equal(r.rows[i].out.packets, 20 + 10 * i);
		assert_int_equal(r.rows[i].out.bits, (20 + 10 * i) * 800);
	}
	assert_string_equal(r.rows[3].name, "we-4");
	assert_int_equal(r.total.out.packets, 150);
	assert_int_equal(r.total.in.packets, 15);
	assert_int_equal(r.rows[0].share, 0);
	assert_int_equal(r.rows[1].share, 25);
	assert_int_equal(r.rows[3].share, 50);
	rates_done(&r);
}

static void add_steered(struct sample *s, const char *spi, const char *local, int cpu, int packets)
{
	json_t *record = json_pack("{s:i, s:{s:s, s:s, s:b, s:i, s:i}}", "class", 6, "steered",
				   "spi_in", spi, "local", local, "encapsulation", 0, "cpu", cpu,
				   "packets", packets);

	sample_add_record(s, record);
	json_decref(record);
}

/* Of one SPI at two addresses each counts for itself; one that is new counts from zero. */
static void what_xdp_has_handed_to_a_cpu_is_decrypted_there(void **state)
{
	struct sample before = { 0 }, now = { 0 };
	struct buffer text = { 0 };
	struct rates r;

	(void)state;
	add_kernel(&before, "0-3", true);
	add_kernel(&now, "0-3", true);
	add_traffic(&before, 7, 1, 1, 0, 0);
	add_traffic(&now, 7, 1, 1, 1000, 0);
	add_steered(&before, "d2a4f1c0", "192.1.2.45", 1, 5000);
	add_steered(&before, "d2a4f1c0", "2001:db8::45", 2, 100);
	add_steered(&now, "0000000b", "192.1.2.45", 3, 50);
	add_steered(&now, "d2a4f1c0", "2001:db8::45", 2, 250);
	add_steered(&now, "d2a4f1c0", "192.1.2.45", 1, 5800);
	add_text(&now, "{\"steered\":{\"spi_in\":7,\"cpu\":1,\"packets\":1}}");
	add_text(&now, "{\"steered\":{\"spi_in\":\"7\",\"cpu\":8192,\"packets\":1}}");
	sample_complete(&before, "/nonexistent", SECONDS(1));
	sample_complete(&now, "/nonexistent", SECONDS(2));
	rates_make(&r, &before, &now);
	assert_true(r.by_xdp);
	assert_string_equal(inbound_source(&r), "xdp");
	assert_int_equal(r.rows[0].decrypted, 0);
	assert_int_equal(r.rows[1].decrypted, 800);
	assert_int_equal(r.rows[2].decrypted, 150);
	assert_int_equal(r.rows[3].decrypted, 50);
	assert_int_equal(r.rows[1].decrypted_share, 80);
	assert_int_equal(inbound_known_share(&r), 100);
	inbound_source_explain(&r, &text);
	assert_string_equal(buffer_text(&text),
			    "which CPU decrypts (dec): by XDP's counters, 100 % of what came");
	buffer_done(&text);
	rates_done(&r);
	sample_done(&before);
	sample_done(&now);
}

/* Rekeyed: another serial, whose counters began at 0. The old one's last packets are lost to us. */
static void an_sa_that_is_new_counts_from_zero(void **state)
{
	struct sample before = { 0 }, now = { 0 };
	struct rates r;

	(void)state;
	add_traffic(&before, 7, 1, 0, 1000000, 1000000);
	add_traffic(&before, 8, 2, 1, 500, 500);
	add_traffic(&now, 9, 1, 0, 30, 40);
	add_traffic(&now, 8, 2, 1, 200, 600);
	sample_complete(&before, "/nonexistent", SECONDS(1));
	sample_complete(&now, "/nonexistent", SECONDS(2));
	rates_make(&r, &before, &now);
	assert_int_equal(r.rows[0].in.packets, 30);
	assert_int_equal(r.rows[0].out.packets, 40);
	assert_int_equal(r.rows[1].in.packets, 200); /* a counter that fell has begun again */
	assert_int_equal(r.rows[1].out.packets, 100);
	rates_done(&r);
	sample_done(&before);
	sample_done(&now);
}

static void what_the_kernel_did_not_count_is_nothing(void **state)
{
	struct sample before = { 0 }, now = { 0 };
	struct rates r;

	(void)state;
	add_text(&before, "{\"traffic\":{\"serial\":1,\"name\":\"a\",\"cpu\":0,\"in_packets\":null}}");
	add_traffic(&now, 1, 1, 0, 1000, 1000);
	add_text(&now, "{\"traffic\":{\"serial\":2,\"name\":\"b\",\"cpu\":1,\"in_packets\":5}}");
	sample_complete(&before, "/nonexistent", SECONDS(1));
	sample_complete(&now, "/nonexistent", SECONDS(2));
	rates_make(&r, &before, &now);
	assert_int_equal(r.row_count, 2);
	assert_int_equal(r.total.in.packets, 0);
	assert_int_equal(r.total.out.packets, 0);
	rates_done(&r);
	sample_done(&before);
	sample_done(&now);
}

static void records_that_make_no_sense_are_left(void **state)
{
	static const char *const odd[] = {
		"{}", "{\"traffic\":5}", "{\"traffic\":{\"serial\":-1}}", "{\"traffic\":{}}",
		"{\"kernel\":{\"cpus_online\":\"0-99999999\"}}", "{\"kernel\":{\"cpus_online\":7}}",
		"{\"way\":{\"device\":null}}", "{\"way\":{\"device\":[]}}", "{\"set\":1}",
	};
	struct sample s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		add_text(&s, odd[i]);
	assert_int_equal(s.sa_count, 0);
	assert_int_equal(s.cpu_count, 0);
	assert_int_equal(s.device_count, 0);
	assert_int_equal(s.set_count, 0);
	add_text(&s, "{\"traffic\":{\"serial\":3,\"name\":\"a\\u001b[2J\",\"cpu\":99999999}}");
	assert_int_equal(s.sas[0].cpu, -1);
	assert_string_equal(s.sas[0].name, "a?[2J");
	add_text(&s, "{\"way\":{\"remote\":\"192.0.2.1\",\"device\":\"eth1\"}}");
	add_text(&s, "{\"way\":{\"remote\":\"192.0.2.2\",\"device\":\"eth1\"}}");
	assert_int_equal(s.device_count, 1);
	sample_done(&s);
}

/* Of cards: one without a hash for ESP, one queue, one that hashes both, and one that is none. */
static struct nic_facts card(const char *driver, bool is_card, uint32_t queues, bool esp, bool udp)
{
	struct nic_facts nic = { .name = "eth1", .is_card = is_card, .queues = queues };

	memcpy(nic.driver, driver, strlen(driver) + 1);
	if (esp)
		nic.flows[NIC_ESP4] = (struct nic_fields) { true, NIC_FIELD_FIRST_HALF };
	if (udp)
		nic.flows[NIC_UDP4] = (struct nic_fields) { true, NIC_FIELD_FIRST_HALF };
	return nic;
}

#define EVEN { 0, 500, 500, 500, 500 }
#define EVEN_LOAD { 500, 500, 500, 500 }

static const struct {
	const char *what;
	int in[CPUS + 1], sent[CPUS + 1], received[CPUS];
	bool per_cpu;
	struct { const char *driver; bool is_card; uint32_t queues; bool esp, udp; } card;
	const char *said[2]; /* pieces of what is said; NULL: nothing */
} unevens[] = {
	{ "all is even", EVEN, EVEN, EVEN_LOAD, true, { "ice", true, 8, true, true }, { NULL } },
	{ "nothing happens", { 0 }, { 0 }, { 5, 0, 0, 0 }, true, { "ice", true, 8, true, true },
	  { NULL } },
	{ "one CPU of a card that does not hash ESP", EVEN, EVEN, { 1820, 60, 60, 60 }, true,
	  { "virtio_net", true, 4, false, true },
	  { "91 % of what is received makes work on CPU 0: eth1 (virtio_net) does not hash ESP; "
	    "clone-steering=xdp would spread it" } },
	{ "nor UDP", EVEN, EVEN, { 60, 1820, 60, 60 }, true, { "e1000e", true, 2, false, false },
	  { "on CPU 1: eth1 (e1000e) hashes neither ESP nor UDP ports" } },
	{ "one queue", EVEN, EVEN, { 1820, 60, 60, 60 }, true, { "e1000", true, 1, false, false },
	  { "eth1 (e1000) has one queue" } },
	{ "a card that hashes ESP", EVEN, EVEN, { 1820, 60, 60, 60 }, true,
	  { "ice", true, 8, true, true }, { "look at the interrupts of eth1 (ice)" } },
	{ "no card", EVEN, EVEN, { 1820, 60, 60, 60 }, true, { "veth", false, 1, false, false },
	  { "eth1 (veth) is no card" } },
	{ "one CPU sends nearly all", EVEN, { 0, 10, 10, 980, 10 }, EVEN_LOAD, true,
	  { "ice", true, 8, true, true }, { "97 % of what is sent comes from CPU 2" } },
	{ "the head sends much", EVEN, { 300, 100, 100, 100, 100 }, EVEN_LOAD, true,
	  { "ice", true, 8, true, true }, { "43 % of what is sent goes by heads" } },
	{ "a kernel without", EVEN, { 0, 10, 10, 980, 10 }, EVEN_LOAD, false,
	  { "ice", true, 8, true, true }, { "binds no SA to a CPU" } },
};

static void a_sentence_says_what_is_uneven_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unevens) / sizeof(unevens[0]); i++) {
		struct nic_facts nic = card(unevens[i].card.driver, unevens[i].card.is_card,
					    unevens[i].card.queues, unevens[i].card.esp,
					    unevens[i].card.udp);
		struct sentences said;
		struct rates r;
		size_t n = 0;

		print_message("%s\n", unevens[i].what);
		make_rates(&r, unevens[i].in, unevens[i].sent, unevens[i].received,
			   unevens[i].per_cpu);
		uneven_find(&r, &nic, 1, &said);
		for (; n < 2 && unevens[i].said[n] != NULL; n++)
			assert_non_null(strstr(said.list[n], unevens[i].said[n]));
		assert_int_equal(said.count, n);
		rates_done(&r);
	}
}

static void amounts_have_at_most_four_characters(void **state)
{
	static const struct {
		uint64_t amount;
		const char *text;
	} amounts[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1.0k" }, { 1999, "1.9k" }, { 9999, "9.9k" },
		{ 10000, "10k" }, { 999999, "999k" }, { 1000000, "1.0M" },
		{ 40000000000, "40G" }, { UINT64_MAX, "18E" },
	};
	char text[AMOUNT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		assert_string_equal(amount_print(amounts[i].amount, text), amounts[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cpu_has_what_its_clone_carried_in_a_second),
		cmocka_unit_test(what_xdp_has_handed_to_a_cpu_is_decrypted_there),
		cmocka_unit_test(an_sa_that_is_new_counts_from_zero),
		cmocka_unit_test(what_the_kernel_did_not_count_is_nothing),
		cmocka_unit_test(records_that_make_no_sense_are_left),
		cmocka_unit_test(a_sentence_says_what_is_uneven_and_nothing_else),
		cmocka_unit_test(amounts_have_at_most_four_characters),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
