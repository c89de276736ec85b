/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake kernel's data path: which policy, which SA, and whether the other end takes it. */
#include <errno.h>

#include "base/mem.h"
#include "pluto/kernel/fake_state.h"

/* --- pcpu-2: a head has a slot for each CPU, and clones go into those of their hosts' head --- */

static bool is_sub(const struct kernel_sa *sa)
{
	return sa->direction == KERNEL_OUT && sa->cpu != KERNEL_CPU_NONE;
}

static bool same_hosts(const struct kernel_sa *a, const struct kernel_sa *b)
{
	return a->direction == KERNEL_OUT && b->direction == KERNEL_OUT &&
	       address_equal(&a->source, &b->source) &&
	       address_equal(&a->destination, &b->destination);
}

/* The oldest head with the hosts of `sa` that is not `sa` itself; or NULL. */
static const struct kernel_sa *head_beside(const struct fake_kernel *f, const struct kernel_sa *sa)
{
	LIST_FOR_EACH(link, &f->states) {
		const struct kernel_sa *other =
			&LIST_OBJECT(link, struct fake_state, in_order)->view.sa;

		if (other != sa && other->clone_head && same_hosts(other, sa))
			return other;
	}
	return NULL;
}

struct fake_state *fake_state_named(const struct fake_kernel *f, const struct kernel_sa *sa)
{
	struct fake_state *s = fake_state_find(f, sa->spi, &sa->destination);

	if (s == NULL || !f->config.pcpu_2 || (!is_sub(sa) && !is_sub(&s->view.sa)))
		return s;
	return same_hosts(sa, &s->view.sa) && sa->cpu == s->view.sa.cpu ? s : NULL;
}

int fake_slot_check(const struct fake_kernel *f, struct kernel_change *c)
{
	bool sub = is_sub(&c->sa);
	const struct kernel_sa *head;

	if (!f->config.pcpu_2 || !(sub || (c->sa.direction == KERNEL_OUT && c->sa.clone_head)))
		return 0;
	head = head_beside(f, &c->sa);
	if (sub && head == NULL)
		return -ESRCH;
	return head == NULL || head->reqid == c->sa.reqid ? 0 : -EEXIST;
}

/* Those of its hosts, and of its CPU where it has one, have no slot any more. */
static void slots_lose(struct fake_kernel *f, const struct fake_state *to)
{
	const struct kernel_sa *sa = &to->view.sa;

	LIST_FOR_EACH(link, &f->states) {
		struct fake_state *s = LIST_OBJECT(link, struct fake_state, in_order);

		if (s != to && is_sub(&s->view.sa) && same_hosts(&s->view.sa, sa) &&
		    (!is_sub(sa) || s->view.sa.cpu == sa->cpu))
			s->slotless = true;
	}
}

void fake_slot_take(struct fake_kernel *f, struct fake_state *state)
{
	if (f->config.pcpu_2 && is_sub(&state->view.sa))
		slots_lose(f, state);
}

void fake_slot_leave(struct fake_kernel *f, const struct fake_state *state)
{
	const struct kernel_sa *sa = &state->view.sa;

	if (f->config.pcpu_2 && sa->direction == KERNEL_OUT && sa->clone_head &&
	    head_beside(f, sa) == NULL)
		slots_lose(f, state);
}

/* --- which policy, which SA --- */

/* The lowest number counts, and of equals the oldest. */
static bool is_earlier(const struct fake_spd_entry *a, const struct fake_spd_entry *b)
{
	return b == NULL || a->policy.priority < b->policy.priority ||
	       (a->policy.priority == b->policy.priority && a->order < b->order);
}

static void policy_look(const struct fake_kernel *f, const struct fake_spd_key *key,
			enum kernel_direction direction, const struct fake_packet *p,
			const struct fake_spd_entry **best)
{
	const struct list *group =
		groups_find(&f->policies_by_hosts, bytes_at(key, sizeof(*key)));

	if (group == NULL)
		return;
	LIST_FOR_EACH(link, group) {
		const struct fake_spd_entry *e =
			LIST_OBJECT(link, struct fake_spd_entry, of_hosts);

		if (e->policy.direction == direction && is_earlier(e, *best) &&
		    match_has_packet(&e->match, &p->source, &p->destination, p->protocol,
				     p->source_port, p->destination_port))
			*best = e;
	}
}

static const struct fake_spd_entry *policy_lookup(const struct fake_kernel *f,
						  enum kernel_direction direction,
						  const struct fake_packet *p)
{
	const struct fake_spd_key hosts = { p->source, p->destination }, others = { 0 };
	const struct fake_spd_entry *best = NULL;

	policy_look(f, &hosts, direction, p, &best);
	policy_look(f, &others, direction, p, &best);
	return best;
}

static bool state_has_packet(const struct fake_state *s, const struct fake_packet *p)
{
	return s->view.sa.mode == TYPE_TUNNEL ||
	       match_has_packet(&s->match, &p->source, &p->destination, p->protocol,
				p->source_port, p->destination_port);
}

/* What a policy's template wants of an SA, for this packet. */
static struct fake_larval template_of(const struct kernel_policy *policy,
				      const struct fake_packet *p)
{
	bool tunnel = policy->mode == TYPE_TUNNEL;

	return (struct fake_larval) {
		.reqid = policy->reqid,
		.cpu = KERNEL_CPU_NONE,
		.spi = policy->spi,
		.mode = policy->mode,
		.source = tunnel ? policy->tunnel_source : p->source,
		.destination = tunnel ? policy->tunnel_destination : p->destination,
	};
}

static bool state_fits(const struct fake_state *s, const struct fake_larval *want)
{
	const struct kernel_sa *sa = &s->view.sa;

	return sa->mode == want->mode && (want->spi == 0 || sa->spi == want->spi) &&
	       address_equal(&sa->source, &want->source) &&
	       address_equal(&sa->destination, &want->destination);
}

/* Bound to this CPU before unbound; of equals the newest. In pcpu-2 what is bound counts only in
 * its slot and beside a head. */
static struct fake_state *state_choose(const struct fake_kernel *f, uint32_t cpu,
				       const struct fake_larval *want, const struct fake_packet *p)
{
	struct fake_state *best = NULL;
	bool head = !f->config.pcpu_2;

	struct list *group =
		groups_find(&f->out_by_reqid, bytes_at(&want->reqid, sizeof(want->reqid)));

	if (group == NULL)
		return NULL;
	LIST_FOR_EACH(link, group) {
		struct fake_state *s = LIST_OBJECT(link, struct fake_state, of_reqid);
		bool unbound = s->view.sa.cpu == KERNEL_CPU_NONE;

		if (!state_fits(s, want) || !state_has_packet(s, p))
			continue;
		head |= unbound;
		if (!unbound && (s->view.sa.cpu != cpu || s->slotless))
			continue;
		if (best == NULL || !unbound || best->view.sa.cpu == KERNEL_CPU_NONE)
			best = s;
	}
	return head ? best : NULL;
}

/* false: one for the same template is under way, whichever CPU's. */
static bool acquire(struct fake_kernel *f, const struct fake_larval *want,
		    const struct fake_packet *p)
{
	struct kernel_acquire told = { want->reqid, want->cpu,
				       traffic_packet_of(&p->source, &p->destination, p->protocol,
							 p->source_port, p->destination_port) };

	for (size_t i = 0; i < f->larval_count; i++) {
		const struct fake_larval *l = &f->larvals[i];

		if (l->reqid == want->reqid && l->mode == want->mode &&
		    address_equal(&l->source, &want->source) &&
		    address_equal(&l->destination, &want->destination))
			return false;
	}
	f->larvals = mem_grow(f->larvals, f->larval_count + 1, sizeof(*f->larvals));
	f->larvals[f->larval_count++] = *want;
	f->acquires++;
	fake_event_add(f, (struct fake_event) { .kind = FAKE_ACQUIRE, .acquire = told });
	return true;
}

/* A CPU without an SA of its own is told of, and has another one for this packet only. */
static struct fake_state *state_or_acquire(struct fake_kernel *f, uint32_t cpu,
					   const struct fake_spd_entry *e,
					   const struct fake_packet *packet)
{
	struct fake_larval want = template_of(&e->policy, packet);
	struct fake_state *s = state_choose(f, cpu, &want, packet);

	if (s != NULL && (!e->policy.cpu_acquire || s->view.sa.cpu == cpu))
		return s;
	if (s != NULL)
		want.cpu = cpu;
	return acquire(f, &want, packet) ? s : NULL;
}

static bool is_spent(const struct fake_state *s)
{
	const struct kernel_sa *sa = &s->view.sa;
	const struct kernel_counters *n = &s->view.counters;

	return (sa->hard_packets != 0 && n->packets >= sa->hard_packets) ||
	       (sa->hard_bytes != 0 && n->bytes >= sa->hard_bytes);
}

/* The kernel looks before it counts: exactly hard_packets packets pass. */
static bool state_expires(struct fake_kernel *f, struct fake_state *s)
{
	const struct kernel_sa *sa = &s->view.sa;

	if (!is_spent(s))
		return false;
	fake_event_add(f, (struct fake_event) { .kind = FAKE_EXPIRE,
						.spi = sa->spi,
						.destination = sa->destination });
	fake_state_remove(f, s);
	return true;
}

static void state_count(const struct fake_kernel *f, struct fake_state *s, uint32_t len)
{
	s->view.counters.packets++;
	s->view.counters.bytes += len;
	s->view.counters.last_used = f->epoch_seconds;
}

static int state_send(struct fake_kernel *f, struct fake_state *s, const struct fake_packet *p,
		      struct fake_wire *out)
{
	const struct kernel_sa *sa = &s->view.sa;

	if (state_expires(f, s))
		return -EINVAL;
	if (s->view.sequence == (sa->esn ? UINT64_MAX : UINT32_MAX))
		return -EOVERFLOW;
	s->view.sequence++;
	state_count(f, s, p->len);
	*out = (struct fake_wire) {
		.spi = sa->spi,
		.sequence = s->view.sequence,
		.source = sa->source,
		.destination = sa->destination,
		.encapsulated = sa->encapsulated,
		.source_port = sa->encap_source_port,
		.destination_port = sa->encap_destination_port,
		.mode = sa->mode,
		.sealed = s->seal,
		.packet = *p,
	};
	return 0;
}

int fake_send(struct kernel_backend *k, uint32_t cpu, const struct fake_packet *packet,
	      struct fake_wire *out)
{
	struct fake_kernel *f = fake_of(k);
	const struct fake_spd_entry *e = policy_lookup(f, KERNEL_OUT, packet);
	struct fake_state *s;

	if (e == NULL || e->policy.kind == POLICY_PASS) {
		*out = (struct fake_wire) { .source = packet->source,
					    .destination = packet->destination,
					    .packet = *packet };
		return 0;
	}
	if (e->policy.kind == POLICY_BLOCK)
		return -EPERM;
	s = state_or_acquire(f, cpu, e, packet);
	return s == NULL ? -EAGAIN : state_send(f, s, packet, out);
}

static bool window_has(const struct fake_state *s, uint64_t sequence)
{
	return (s->seen[sequence / 64 % FAKE_WINDOW_WORDS] >> (sequence % 64) & 1) != 0;
}

static void window_set(struct fake_state *s, uint64_t sequence, bool seen)
{
	uint64_t bit = UINT64_C(1) << (sequence % 64);
	uint64_t *word = &s->seen[sequence / 64 % FAKE_WINDOW_WORDS];

	*word = seen ? *word | bit : *word & ~bit;
}

static bool window_refuses(const struct fake_state *s, uint64_t sequence)
{
	uint64_t top = s->view.sequence;

	if (s->view.sa.replay_window == 0)
		return false;
	if (sequence == 0)
		return true;
	if (sequence > top)
		return false;
	return top - sequence >= s->view.sa.replay_window || window_has(s, sequence);
}

static void window_advance(struct fake_state *s, uint64_t sequence)
{
	uint64_t from = s->view.sequence + 1;

	if (sequence > s->view.sequence) {
		if (sequence - s->view.sequence > FAKE_WINDOW_MAX)
			from = sequence - FAKE_WINDOW_MAX + 1;
		for (uint64_t i = from; i < sequence; i++)
			window_set(s, i, false);
		s->view.sequence = sequence;
	}
	window_set(s, sequence, true);
}

static bool is_own_address(const struct fake_kernel *f, const struct address *a)
{
	for (size_t i = 0; i < f->address_count; i++) {
		if (address_equal(&f->addresses[i], a))
			return true;
	}
	return false;
}

/* Of a template; inbound it may be any. */
static bool end_fits(const struct address *want, const struct address *end)
{
	return address_is_any(want) || address_equal(want, end);
}

/* `s`: the SA that brought the packet; NULL: it came in the clear. */
static bool policy_allows(const struct fake_kernel *f, const struct fake_state *s,
			  const struct fake_packet *p)
{
	bool own = is_own_address(f, &p->destination);
	const struct fake_spd_entry *e = policy_lookup(f, own ? KERNEL_IN : KERNEL_FORWARD, p);
	struct fake_larval want;

	if (s != NULL && !state_has_packet(s, p))
		return false;
	if (e == NULL)
		return s == NULL || s->view.sa.mode == TYPE_TRANSPORT;
	if (e->policy.kind != POLICY_PROTECT)
		return e->policy.kind == POLICY_PASS;
	want = template_of(&e->policy, p);
	return s != NULL && s->view.sa.reqid == want.reqid && s->view.sa.mode == want.mode &&
	       (want.mode == TYPE_TRANSPORT ||
		(end_fits(&want.source, &s->view.sa.source) &&
		 end_fits(&want.destination, &s->view.sa.destination)));
}

/* The kernel tells of each packet that comes from elsewhere than its SA says. */
static void mapping_tell(struct fake_kernel *f, const struct kernel_sa *sa,
			 const struct fake_wire *wire)
{
	if (!sa->encapsulated || (address_equal(&sa->source, &wire->source) &&
				  sa->encap_source_port == wire->source_port))
		return;
	fake_event_add(f, (struct fake_event) {
		.kind = FAKE_MAPPING,
		.spi = sa->spi,
		.destination = sa->destination,
		.from = { wire->source, wire->source_port },
	});
}

static int state_receive(struct fake_kernel *f, struct fake_state *s, const struct fake_wire *wire)
{
	if (s->view.sa.encapsulated != wire->encapsulated || s->view.sa.mode != wire->mode)
		return -EPROTOTYPE;
	if (window_refuses(s, wire->sequence)) {
		s->view.replays++;
		return -ESTALE;
	}
	if (state_expires(f, s))
		return -EINVAL;
	if (s->seal != wire->sealed)
		return -EBADMSG;
	window_advance(s, wire->sequence);
	mapping_tell(f, &s->view.sa, wire);
	state_count(f, s, wire->packet.len);
	return policy_allows(f, s, &wire->packet) ? 0 : -EPERM;
}

int fake_receive(struct kernel_backend *k, const struct fake_wire *wire)
{
	struct fake_kernel *f = fake_of(k);
	struct fake_state *s;

	if (wire->spi == 0)
		return policy_allows(f, NULL, &wire->packet) ? 0 : -EPERM;
	s = fake_state_find(f, wire->spi, &wire->destination);
	if (s == NULL || s->view.sa.direction != KERNEL_IN)
		return -ESRCH;
	return state_receive(f, s, wire);
}

void fake_expire_acquires(struct kernel_backend *k)
{
	fake_of(k)->larval_count = 0;
}
