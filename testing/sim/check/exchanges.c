/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/exchanges.h"

#include "base/mem.h"
#include "ike/engine/engine.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"

#define FIRST_WAIT       MILLISECONDS(500)
#define LONGEST_WAIT     SECONDS(16)
#define ANSWER_LIMIT     SECONDS(30)
/* Timers are due together with others, and hosts are slow. */
#define SLACK            MILLISECONDS(1500)
/* Of a tunnel: to set up all clones that it can have, with additional key exchanges, twice. */
enum { REQUESTS_PER_SECOND = 40 };
enum { FORMS_MAX = 5 };

static bool is_response(const struct ike_header *h)
{
	return (h->flags & FLAG_RESPONSE) != 0;
}

/* --- nothing twice --- */

static struct bytes name_begin(struct buffer *b, enum seen_kind kind, const struct ike_header *h)
{
	write_u8(b, (uint8_t)kind);
	write_u64(b, h->spi_i);
	write_u64(b, h->spi_r);
	write_u8(b, h->flags & FLAG_INITIATOR);
	return buffer_bytes(b);
}

/* Of a message that an attacker changed, or made: anybody may ask for this. */
static bool is_refused_version(const struct tap *tap)
{
	const struct payload *notify = payload_find(&tap->payloads, PAYLOAD_NOTIFY);
	struct notify n;

	return notify != NULL && notify_read(notify->body, &n) == WIRE_OK &&
	       n.type == NOTIFY_INVALID_MAJOR_VERSION;
}

/* RFC 7296 2.1, 2.3: the same id is the same message, to the last bit. true: it was sent before. */
static bool check_message_id(struct sim *sim, const struct sim_host *host, const struct tap *tap)
{
	const struct ike_header *h = &tap->header;
	uint64_t value = digest(tap->message);
	struct buffer name = { 0 };
	bool again;

	/* A first request comes again with a cookie or another group; some of its answers keep
	 * nothing at all, nor does what tells who speaks another version where the answer is. */
	if (!tap->sealed && (!is_response(h) || h->spi_r == 0 || is_refused_version(tap)))
		return false;
	(void)name_begin(&name, MESSAGE, h);
	write_u32(&name, h->message_id);
	write_u8(&name, h->flags & FLAG_RESPONSE);
	write_u16(&name, tap->fragment);
	again = seen_of(&sim->seen, buffer_bytes(&name)) != 0;
	if (seen_keep(&sim->seen, buffer_bytes(&name), value) != value)
		sim_fail(sim, "%s %s %u in two ways", host->name,
			 is_response(h) ? "answers request" : "sends request", h->message_id);
	buffer_done(&name);
	return again;
}

static void check_vector(struct sim *sim, const struct sim_host *host, const struct tap *tap)
{
	uint64_t value = digest(tap->message);
	struct buffer name = { 0 };

	if (!tap->opened || !tap->aead)
		return;
	(void)name_begin(&name, VECTOR, &tap->header);
	write_bytes(&name, tap->iv);
	if (seen_keep(&sim->seen, buffer_bytes(&name), value) != value)
		sim_fail(sim, "%s uses an initialization vector twice", host->name);
	buffer_done(&name);
}

static void check_nonce(struct sim *sim, const struct sim_host *host, const struct tap *tap)
{
	const struct payload *nonce = payload_find(&tap->payloads, PAYLOAD_NONCE);
	const struct ike_header *h = &tap->header;
	struct buffer name = { 0 }, where = { 0 };
	uint64_t value;

	if (nonce == NULL || (tap->sealed && !tap->opened))
		return;
	write_u8(&name, NONCE);
	write_bytes(&name, nonce->body);
	write_u64(&where, h->spi_i);
	write_u8(&where, h->flags & (FLAG_RESPONSE | FLAG_INITIATOR));
	write_u32(&where, h->message_id);
	value = digest(buffer_bytes(&where));
	if (seen_keep(&sim->seen, buffer_bytes(&name), value) != value)
		sim_fail(sim, "%s uses a nonce twice", host->name);
	buffer_done(&name);
	buffer_done(&where);
}

/* --- every request is answered, or its IKE SA given up --- */

struct outstanding {
	struct list link;
	unsigned host;
	uint32_t boot;
	uint64_t own_spi;
	uint32_t message_id;
	uint8_t exchange;
	uint64_t form;          /* of a first message: another with a cookie or another group */
	unsigned forms;
	int64_t first, last, wait;
	bool hurried;           /* sent before its time too: the other end moved, or may have */
	bool answered;          /* as far as the network knows */
	uint64_t fragments;     /* of the answer: bits of those that arrived */
};

static struct outstanding *of_link(const struct list *link)
{
	return LIST_OBJECT(link, struct outstanding, link);
}

static void outstanding_free(struct outstanding *o)
{
	list_remove(&o->link);
	mem_free(o);
}

static struct outstanding *outstanding_find(struct sim_host *host, uint64_t own_spi,
					    uint32_t message_id)
{
	LIST_FOR_EACH(link, &host->outstanding)
		if (of_link(link)->own_spi == own_spi && of_link(link)->message_id == message_id)
			return of_link(link);
	return NULL;
}

/* RFC 7296 2.3. What the peer announced in IKE_AUTH, or less. */
static void check_window(struct sim *sim, const struct sim_host *host, const struct ike_header *h)
{
	uint64_t own_spi = tap_sender_spi(h);
	const struct ike_sa *sa = ike_sa_find_spi(&host->engine->w, own_spi);
	const struct sim_host *peer =
		sa == NULL ? NULL : network_find(&sim->network, &sa->remote.address);
	uint32_t oldest = h->message_id;

	LIST_FOR_EACH(link, &host->outstanding) {
		const struct outstanding *o = of_link(link);

		/* Anybody may have answered a first message. */
		if (o->own_spi == own_spi && !o->answered && o->message_id < oldest &&
		    o->exchange != EXCHANGE_IKE_SA_INIT)
			oldest = o->message_id;
	}
	if (peer != NULL && h->message_id - oldest >= peer->setup.ike_window)
		sim_fail(sim, "%s sends request %u, outside the window of %u: %u is not answered",
			 host->name, h->message_id, (unsigned)peer->setup.ike_window, oldest);
}

/* Each new address is said, and asked back for. */
static uint32_t pace_of(const struct sim *sim)
{
	return sim->scenario == &scenario_storm ? 3 * REQUESTS_PER_SECOND : REQUESTS_PER_SECOND;
}

/* Nothing that is refused, or given up, is asked for again without a pause. */
static void check_pace(struct sim *sim, struct sim_host *host)
{
	int64_t second = sim->now / SECONDS(1);

	if (second != host->requests_second)
		host->requests_of_second = 0;
	host->requests_second = second;
	if (++host->requests_of_second > pace_of(sim) * host->end_count)
		sim_fail(sim, "%s asks over and over: %u requests within a second", host->name,
			 host->requests_of_second);
}

static void outstanding_new(struct sim *sim, struct sim_host *host, const struct tap *tap)
{
	const struct ike_header *h = &tap->header;
	struct outstanding *o = NEW(struct outstanding);

	o->host = host->index;
	o->boot = host->boots;
	o->own_spi = tap_sender_spi(h);
	o->message_id = h->message_id;
	o->exchange = h->exchange;
	o->first = o->last = sim->now;
	o->wait = FIRST_WAIT;
	o->form = digest(tap->message);
	list_append(&host->outstanding, &o->link);
	host->requests++;
	check_pace(sim, host);
}

/* Somebody answered, if not the other end: it begins anew, but not for ever. */
static void note_form(struct sim *sim, struct sim_host *host, struct outstanding *o,
		      const struct tap *tap)
{
	uint64_t form = digest(tap->message);

	if (o->exchange != EXCHANGE_IKE_SA_INIT || o->form == form)
		return;
	o->form = form;
	o->first = sim->now;
	o->wait = FIRST_WAIT;
	if (++o->forms > FORMS_MAX)
		sim_fail(sim, "%s sends a first message in more than %u forms", host->name,
			 FORMS_MAX);
}

static void note_request(struct sim *sim, struct sim_host *host, const struct tap *tap, bool again)
{
	const struct ike_header *h = &tap->header;
	struct outstanding *o = outstanding_find(host, tap_sender_spi(h), h->message_id);

	if (o == NULL && again)
		return; /* of an IKE SA that it is not waited for on any more */
	if (o == NULL) {
		check_window(sim, host, h);
		outstanding_new(sim, host, tap);
		return;
	}
	if (o->last == sim->now)
		return; /* another fragment */
	/* Sent to two places, or again because an end has moved: that makes no wait shorter. */
	o->hurried |= sim->now - o->last < o->wait / 2;
	if (2 * (sim->now - o->last) > o->wait)
		o->wait = 2 * (sim->now - o->last);
	if (o->wait > LONGEST_WAIT)
		o->wait = LONGEST_WAIT;
	o->last = sim->now;
	note_form(sim, host, o, tap);
	/* All fragments of the answer came, but not together, or not before they were forgotten. */
	o->answered = false;
}

/* Its requests went on to the IKE SA that replaces it, and are said there. */
static bool has_handed_over(const struct world *w, const struct ike_sa *sa)
{
	const struct ike_sa *own = ike_sa_find_id(w, sa->successor_own);
	const struct ike_sa *peers = ike_sa_find_id(w, sa->successor_peer);

	return sa->state == IKE_ESTABLISHED &&
	       ((own != NULL && own->state == IKE_ESTABLISHED) ||
		(peers != NULL && peers->state == IKE_ESTABLISHED));
}

static bool is_waited_for(const struct sim_host *host, const struct outstanding *o)
{
	const struct ike_sa *sa = host->engine == NULL || host->boots != o->boot
					  ? NULL
					  : ike_sa_find_spi(&host->engine->w, o->own_spi);

	if (sa == NULL || sa->state == IKE_GONE || has_handed_over(&host->engine->w, sa))
		return false;
	/* Anybody may have answered a first message; IKE_AUTH shows whether it was the right one. */
	return o->exchange != EXCHANGE_IKE_SA_INIT || sa->state == IKE_INIT_SENT;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* While it slept nothing could be done, and where it moves everything begins again. */
static int64_t age_of(const struct sim_host *host, int64_t when)
{
	return host->sim->now - later(when, later(host->awake_since, host->moved_at));
}

/* Each wait is twice the one before: what was sent in between changes nothing. */
static int64_t longest_silence(const struct outstanding *o, int64_t age)
{
	int64_t wait = o->hurried ? later(o->wait, (age + FIRST_WAIT) / 2) : o->wait;

	return wait + SLACK;
}

void exchanges_sweep(struct sim *sim, struct sim_host *host)
{
	if (host_sleeps(host))
		return;
	LIST_FOR_EACH(link, &host->outstanding) {
		struct outstanding *o = of_link(link);
		int64_t age = age_of(host, o->first), silence = age_of(host, o->last);

		if (!is_waited_for(host, o) || (o->answered && silence > ANSWER_LIMIT))
			outstanding_free(o);
		else if (o->answered)
			continue;
		else if (age > ANSWER_LIMIT + SLACK)
			sim_fail(sim, "%s: %s request %u is not answered, and its IKE SA is still there",
				 host->name, exchange_name(o->exchange), o->message_id);
		else if (silence > longest_silence(o, age) && age < ANSWER_LIMIT)
			sim_fail(sim, "%s: %s request %u is not answered and not sent again",
				 host->name, exchange_name(o->exchange), o->message_id);
	}
}

/* --- */

void exchanges_on_send(struct sim *sim, struct sim_host *host, const struct tap *tap)
{
	bool again = check_message_id(sim, host, tap);

	check_vector(sim, host, tap);
	check_nonce(sim, host, tap);
	if (!is_response(&tap->header))
		note_request(sim, host, tap, again);
}

void exchanges_on_arrival(struct sim *sim, struct sim_host *host, const struct ike_header *h,
			  uint16_t fragment, uint16_t fragments)
{
	struct outstanding *o =
		is_response(h) ? outstanding_find(host, tap_receiver_spi(h), h->message_id) : NULL;

	(void)sim;
	if (o == NULL)
		return;
	if (fragments == 0) {
		o->answered = true;
	} else if (fragment <= 64 && fragments <= 64) {
		o->fragments |= UINT64_C(1) << (fragment - 1);
		o->answered = o->fragments == UINT64_MAX >> (64 - fragments);
	}
}

void exchanges_on_greeting(struct sim *sim, struct sim_host *host, const struct ike_header *h)
{
	int64_t second = sim->now / SECONDS(1);

	if (sim->now < host->greetings_from || is_response(h) ||
	    h->exchange != EXCHANGE_IKE_SA_INIT)
		return;
	if (second != host->greetings_second)
		host->greetings = 0;
	host->greetings_second = second;
	host->greetings++;
	if (host->greetings > sim->greetings_most)
		sim->greetings_most = host->greetings;
	if (host->greetings_max != 0 && host->greetings > host->greetings_max)
		sim_fail(sim, "%s: a stampede: %u first messages within a second", host->name,
			 host->greetings);
}

void exchanges_forget(struct sim_host *host)
{
	LIST_FOR_EACH(link, &host->outstanding)
		outstanding_free(of_link(link));
}
