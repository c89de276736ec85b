/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps with messages that nobody sent, or that were changed on the way. */
#include "program.h"

#include "../must.h"
#include "pair/fragment_maker.h"
#include "payloads.h"

/* The newest message of the side, which stays in the network, a little different. */
void step_change(struct program *p)
{
	struct buffer datagram = { 0 };

	if (pair_take(p->side, &datagram)) {
		bytes_change(&p->args, &datagram, 0);
		pair_inject(pair_other(p->side), buffer_bytes(&datagram));
	}
	buffer_done(&datagram);
}

void step_datagram(struct program *p)
{
	pair_inject(p->side, p->args.left);
}

/* --- under the live keys --- */

static struct ike_sa *ike_sa_of(struct program *p)
{
	unsigned index = program_next(p) % 4, i = 0;
	struct ike_sa *found = NULL;

	LIST_FOR_EACH(link, &p->side->engine->w.ike_sas) {
		found = LIST_OBJECT(link, struct ike_sa, link);
		if (i++ == index)
			break;
	}
	return found == NULL || found->keys.d.len == 0 ? NULL : found;
}

/* The other end's view of an IKE SA, good for sealing and opening. */
static struct ike_sa turned(const struct ike_sa *sa)
{
	struct ike_sa other = *sa;

	other.role = sa->role == ROLE_INITIATOR ? ROLE_RESPONDER : ROLE_INITIATOR;
	other.fragmentation = false; /* one message, however long */
	return other;
}

/* To the side. `delta`: mostly the message id that is due. */
static void seal_and_inject(struct program *p, const struct ike_sa *sa, uint8_t exchange,
			    bool response, uint8_t delta, const struct inner *inner)
{
	struct ike_sa other = turned(sa);
	uint32_t id = response ? sa->next_message_id - 1 : sa->highest_request;
	struct buffer datagram = { 0 };

	if (delta > 192)
		id += delta - 224U;
	must(ike_seal(&pair_other(p->side)->engine->w, &other, exchange, response, id, inner,
		      &datagram));
	pair_inject(p->side, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

struct sealed {
	const struct ike_sa *sa; /* the side's; NULL: there is none */
	uint8_t exchange, delta;
	bool response;
};

static struct sealed sealed_head(struct program *p)
{
	static const uint8_t exchanges[] = { STEP_EXCHANGES };
	const struct ike_sa *sa = ike_sa_of(p);
	uint8_t exchange = program_next(p);

	return (struct sealed) { sa, exchanges[(exchange & 0x7f) % ARRAY_LEN(exchanges)],
				 program_next(p), (exchange & 0x80) != 0 };
}

void step_sealed(struct program *p)
{
	struct sealed s = sealed_head(p);
	struct inner inner;

	if (s.sa == NULL)
		return;
	inner_start(&inner);
	payloads_from_input(&p->args, s.sa, &inner);
	seal_and_inject(p, s.sa, s.exchange, s.response, s.delta, &inner);
	inner_done(&inner);
}

void step_chain(struct program *p)
{
	struct sealed s = sealed_head(p);
	struct inner inner = { .chain = { 0 } };

	if (s.sa == NULL)
		return;
	write_u8(&inner.chain, program_next(p));
	write_bytes(&inner.chain, p->args.left);
	seal_and_inject(p, s.sa, s.exchange, s.response, s.delta, &inner);
	inner_done(&inner);
}

/* Fragments of one message come one step after the other, on an IKE SA that is alone. */
void step_fragment(struct program *p)
{
	struct side *from = pair_other(p->side);
	const struct ike_sa *sa = pair_ike(p->side);
	uint8_t what = program_next(p);
	struct buffer datagram = { 0 };
	struct made made = { .response = (what & 0x80) != 0 };

	if (sa == NULL || sa->keys.d.len == 0 || pair_ike(from) == NULL ||
	    pair_ike(from)->keys.d.len == 0 || !sa->suite.encr->aead)
		return;
	made.id = made.response ? sa->next_message_id - 1 : sa->highest_request + (what >> 4 & 3);
	made.exchange = (uint8_t)(EXCHANGE_IKE_SA_INIT + what % 4);
	made.number = program_next(p);
	made.total = program_next(p);
	made.payload_before = made.total == 0x7f;
	made.first = program_next(p);
	made.text = p->args.left;
	fragment_make(from, &made, &datagram);
	pair_inject(p->side, buffer_bytes(&datagram));
	buffer_done(&datagram);
}

/* --- messages that were on their way --- */

/* Takes the newest packet to the side and opens it. false: it is none of that IKE SA. */
static bool open_newest(struct program *p, const struct ike_sa *sa, struct ike_header *header,
			struct inner *inner)
{
	struct buffer datagram = { 0 };
	struct payloads outer;
	const struct payload *sk;
	bool opened;

	if (sa == NULL || !pair_take(pair_other(p->side), &datagram))
		return false;
	must(ike_header_read(buffer_bytes(&datagram), header) == WIRE_OK);
	must(payloads_read(header->next_payload,
			   bytes_at(datagram.ptr + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN),
			   &outer) == WIRE_OK);
	sk = payload_find(&outer, PAYLOAD_SK);
	opened = sk != NULL && ike_open(sa, buffer_bytes(&datagram), sk, outer.sk_next,
					&inner->chain) == CRYPTO_OK;
	buffer_done(&datagram);
	return opened;
}

static void send_on(struct program *p, const struct ike_sa *sa, const struct ike_header *header,
		    const struct inner *inner)
{
	seal_and_inject(p, sa, header->exchange, (header->flags & FLAG_RESPONSE) != 0,
			program_next(p), inner);
}

void step_change_inside(struct program *p)
{
	const struct ike_sa *sa = ike_sa_of(p);
	struct inner inner = { .chain = { 0 } };
	struct ike_header header;

	if (open_newest(p, sa, &header, &inner)) {
		bytes_change(&p->args, &inner.chain, 0);
		send_on(p, sa, &header, &inner);
	}
	inner_done(&inner);
}

static void copy_payload(struct inner *out, const struct payload *payload)
{
	payload_begin(&out->writer, payload->type, payload->critical);
	write_bytes(&out->chain, payload->body);
	payload_end(&out->writer);
}

/*
 * The payloads of a chain in another shape: a byte for each says whether it is kept (mostly), left
 * out, there twice, or in front of it comes what the arguments say next.
 */
static void reshape(struct program *p, const struct ike_sa *sa, const struct payloads *all,
		    struct inner *out)
{
	for (size_t i = 0; i < all->count; i++) {
		uint8_t what = program_next(p);
		const struct payload *payload = &all->list[i];

		if (what % 8 == 3)
			payload = &all->list[what / 8 % all->count];
		if (what % 8 == 4)
			payloads_from_input(&p->args, sa, out);
		if (what % 8 != 1)
			copy_payload(out, payload);
		if (what % 8 == 2)
			copy_payload(out, payload);
	}
	payloads_from_input(&p->args, sa, out);
}

void step_reshape(struct program *p)
{
	const struct ike_sa *sa = ike_sa_of(p);
	struct inner inner = { .chain = { 0 } }, out;
	struct ike_header header;
	struct payloads all;

	inner_start(&out);
	if (open_newest(p, sa, &header, &inner) &&
	    payloads_read_inner(inner.chain.ptr[0],
				bytes_at(inner.chain.ptr + 1, inner.chain.len - 1), &all) ==
		    WIRE_OK) {
		reshape(p, sa, &all, &out);
		send_on(p, sa, &header, &out);
	}
	inner_done(&inner);
	inner_done(&out);
}
