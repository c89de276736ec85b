/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/daemon/landing.h"

#include <net/if.h>

#include "base/clock.h"

#define FRESH_FOR SECONDS(3)

static struct landing_card *card_find(struct landing *l, unsigned index)
{
	for (size_t i = 0; i < LANDING_CARDS; i++)
		if (l->cards[i].index == index)
			return &l->cards[i];
	return NULL;
}

/* A device that cannot be read is one of which nothing is known. */
static void card_read(struct landing_card *card, unsigned index, int64_t now)
{
	char name[IF_NAMESIZE] = "";

	nic_facts_done(&card->facts);
	card->index = index;
	card->read_at = now;
	if (if_indextoname(index, name) == NULL ||
	    nic_read_card(&nic_source_live, name, &card->facts) < 0)
		nic_facts_done(&card->facts);
}

static const struct nic_facts *facts_of(struct landing *l, unsigned index, int64_t now)
{
	struct landing_card *card = card_find(l, index);

	if (card == NULL) {
		card = &l->cards[l->next];
		l->next = (l->next + 1) % LANDING_CARDS;
		card_read(card, index, now);
	} else if (now - card->read_at >= FRESH_FOR) {
		card_read(card, index, now);
	}
	return &card->facts;
}

static unsigned device_to(struct landing *l, struct kernel_backend *k, const struct address *peer,
			  int64_t now)
{
	if (!address_equal(peer, &l->peer) || now - l->looked_at >= FRESH_FOR) {
		l->peer = *peer;
		l->looked_at = now;
		l->index = kernel_find_device(k, peer);
	}
	return l->index;
}

/* Else there is nothing to be drawn for. */
static bool reaches(const struct nic_facts *facts, uint32_t cpu)
{
	for (uint32_t i = 0; i < facts->interrupt_count; i++)
		if (facts->interrupts[i].cpu_count == 1 && facts->interrupts[i].cpus[0] == cpu)
			return true;
	return false;
}

enum ike_landing landing_on_card(const struct nic_facts *facts, const struct ike_arrival *arrival,
				 uint32_t cpu)
{
	struct nic_packet packet = {
		.source = arrival->peer,
		.destination = arrival->local,
		.udp = arrival->encapsulated,
		.source_port = arrival->source_port,
		.destination_port = arrival->destination_port,
		.spi = arrival->spi,
	};
	uint32_t queue;
	uint16_t lands;

	if (!reaches(facts, cpu) || !nic_tells_apart(facts, &packet) ||
	    !nic_queue_of(facts, &packet, &queue))
		return LANDING_UNKNOWN;
	return nic_cpu_of_queue(facts, queue, &lands) && lands == cpu ? LANDING_HERE
								      : LANDING_ELSEWHERE;
}

enum ike_landing landing_find(struct landing *l, struct kernel_backend *k,
			      const struct ike_arrival *arrival, uint32_t cpu, int64_t now)
{
	unsigned index = device_to(l, k, &arrival->peer, now);

	return index == 0 ? LANDING_UNKNOWN
			  : landing_on_card(facts_of(l, index, now), arrival, cpu);
}

void landing_done(struct landing *l)
{
	for (size_t i = 0; i < LANDING_CARDS; i++)
		nic_facts_done(&l->cards[i].facts);
}
