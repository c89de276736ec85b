/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a card puts packets: by Microsoft's published vectors, and by a key and table as ethtool -x
 * shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nic/queue.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char shown[] =
	"RX flow hash indirection table for eth0 with 16 RX ring(s):\n"
	"    0:      0     1     2     3     4     5     6     7\n"
	"    8:      8     9    10    11    12    13    14    15\n"
	"   16:      0     1     2     3     4     5     6     7\n"
	"   24:      8     9    10    11    12    13    14    15\n"
	"   32:      0     1     2     3     4     5     6     7\n"
	"   40:      8     9    10    11    12    13    14    15\n"
	"   48:      0     1     2     3     4     5     6     7\n"
	"   56:      8     9    10    11    12    13    14    15\n"
	"RSS hash key:\n"
	"6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:"
	"ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa\n"
	"RSS hash function:\n"
	"    toeplitz: on\n";

enum { QUEUES = 16, EVERYTHING = NIC_FIELD_SOURCE | NIC_FIELD_DESTINATION |
				 NIC_FIELD_FIRST_HALF | NIC_FIELD_SECOND_HALF };

static void read_key(const char *text, struct nic_facts *facts)
{
	const char *at = strstr(text, "key:\n") + strlen("key:\n");

	for (; *at != '\n'; at += at[2] == ':' ? 3 : 2)
		facts->key[facts->key_len++] = (uint8_t)strtoul(at, NULL, 16);
}

static void read_table(const char *text, struct nic_facts *facts)
{
	char *end;

	facts->table = mem_new_array(64, sizeof(facts->table[0]));
	for (const char *line = strchr(text, '\n') + 1; line[0] == ' '; line = end + 1) {
		end = strchr(line, ':') + 1;
		while (*end != '\n')
			facts->table[facts->table_len++] = (uint16_t)strtoul(end, &end, 10);
	}
}

static struct nic_facts card(void)
{
	struct nic_facts facts = { .hash = NIC_HASH_TOEPLITZ };

	read_key(shown, &facts);
	read_table(shown, &facts);
	assert_int_equal(facts.key_len, 40);
	assert_int_equal(facts.table_len, 64);
	for (int i = 0; i < NIC_FLOWS; i++)
		facts.flows[i] = (struct nic_fields) { true, EVERYTHING };
	return facts;
}

static struct address address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static const struct {
	const char *destination;
	uint16_t destination_port;
	const char *source;
	uint16_t source_port;
	uint32_t of_addresses, of_all;
} vectors[] = {
	{ "161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178 },
	{ "65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea },
	{ "12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a },
	{ "209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f },
	{ "202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2 },
	{ "3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2cc18cd5, 0x40207d3d },
	{ "ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0f0c461c, 0xdde51bbf },
	{ "fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251,
	  0x4b61e985, 0x02d1feef },
};

static struct nic_packet packet_of(size_t row, bool udp)
{
	return (struct nic_packet) {
		.source = address(vectors[row].source),
		.destination = address(vectors[row].destination), .udp = udp,
		.source_port = udp ? vectors[row].source_port : 0,
		.destination_port = udp ? vectors[row].destination_port : 0,
		.spi = udp ? 7 : (uint32_t)vectors[row].source_port << 16 |
					 vectors[row].destination_port,
	};
}

static void the_hash_is_that_of_the_published_vectors(void **state)
{
	struct nic_facts facts = card();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct address from = address(vectors[i].source);
		struct address to = address(vectors[i].destination);
		struct buffer input = { 0 };
		struct bytes key = bytes_at(facts.key, facts.key_len);

		write_bytes(&input, address_bytes(&from));
		write_bytes(&input, address_bytes(&to));
		assert_int_equal(nic_toeplitz(key, buffer_bytes(&input)), vectors[i].of_addresses);
		write_u16(&input, vectors[i].source_port);
		write_u16(&input, vectors[i].destination_port);
		assert_int_equal(nic_toeplitz(key, buffer_bytes(&input)), vectors[i].of_all);
		key.len = input.len + 3;
		assert_int_equal(nic_toeplitz(key, buffer_bytes(&input)), 0);
		buffer_done(&input);
	}
	nic_facts_done(&facts);
}

/* The SPI is hashed where ports of UDP would be. */
static void the_queue_is_what_the_table_has_for_the_hash(void **state)
{
	struct nic_facts facts = card();
	uint32_t queue;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		for (int udp = 0; udp <= 1; udp++) {
			struct nic_packet packet = packet_of(i, udp);

			assert_true(nic_queue_of(&facts, &packet, &queue));
			assert_int_equal(queue, vectors[i].of_all % QUEUES);
			assert_true(nic_tells_apart(&facts, &packet));
		}
	for (int i = 0; i < NIC_FLOWS; i++)
		facts.flows[i].fields = NIC_FIELD_SOURCE | NIC_FIELD_DESTINATION;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct nic_packet packet = packet_of(i, false);

		assert_true(nic_queue_of(&facts, &packet, &queue));
		assert_int_equal(queue, vectors[i].of_addresses % QUEUES);
		assert_false(nic_tells_apart(&facts, &packet));
	}
	nic_facts_done(&facts);
}

static void what_another_card_does_cannot_be_said(void **state)
{
	struct nic_packet esp = packet_of(0, false), esp6 = packet_of(5, false);
	struct nic_facts facts = card(), other;
	uint32_t queue = 77;

	(void)state;
	other = facts;
	other.hash = NIC_HASH_XOR;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.transform = 1;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.key_len = 0;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.table_len = 0;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.flows[NIC_ESP4].known = false;
	assert_false(nic_queue_of(&other, &esp, &queue));
	assert_false(nic_tells_apart(&other, &esp));
	other = facts;
	other.flows[NIC_ESP4].fields |= NIC_FIELD_OTHER;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.flows[NIC_ESP4].fields |= NIC_FIELD_DISCARD;
	assert_false(nic_queue_of(&other, &esp, &queue));
	other = facts;
	other.key_len = 39; /* one byte short for IPv6, and enough for IPv4 */
	assert_false(nic_queue_of(&other, &esp6, &queue));
	assert_int_equal(queue, 77);
	assert_true(nic_queue_of(&other, &esp, &queue));
	nic_facts_done(&facts);
}

static uint32_t random_next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 32);
}

/* How many random SPIs it takes until one lands on this queue. */
static unsigned draw(const struct nic_facts *facts, struct nic_packet *packet, uint32_t queue,
		     uint64_t *random)
{
	unsigned draws = 0;
	uint32_t found;

	do {
		packet->spi = random_next(random);
		assert_true(nic_queue_of(facts, packet, &found));
		draws++;
	} while (found != queue && draws < 1000);
	assert_int_equal(found, queue);
	return draws;
}

static void spis_drawn_for_sixteen_queues_fill_all_of_them(void **state)
{
	enum { TUNNELS = 250 };
	struct nic_facts facts = card();
	uint64_t random = 1;
	unsigned draws = 0, most = 0;

	(void)state;
	for (uint8_t i = 0; i < TUNNELS; i++) {
		struct nic_packet packet = { .source = address("192.1.2.45"),
					     .destination = address("192.1.2.23") };
		uint32_t filled = 0, queue;

		packet.source.ip[3] = i;
		for (uint32_t want = 0; want < QUEUES; want++) {
			unsigned took = draw(&facts, &packet, want, &random);

			assert_true(nic_queue_of(&facts, &packet, &queue));
			filled |= 1U << queue;
			draws += took;
			most = took > most ? took : most;
		}
		assert_int_equal(filled, (1U << QUEUES) - 1);
	}
	print_message("%.1f draws on average, %u at most\n", draws / (double)(TUNNELS * QUEUES), most);
	assert_in_range(draws / (TUNNELS * QUEUES), QUEUES - 2, QUEUES + 2);
	nic_facts_done(&facts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_that_of_the_published_vectors),
		cmocka_unit_test(the_queue_is_what_the_table_has_for_the_hash),
		cmocka_unit_test(what_another_card_does_cannot_be_said),
		cmocka_unit_test(spis_drawn_for_sixteen_queues_fill_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
