/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>

#include "pluto/kernel/backend.h"
#include "pluto/kernel/match.h"
#include "pluto/kernel/xfrm_message.h"

enum {
	LEGACY_WINDOW_MAX = 32,
	BITS_PER_WORD = 32,
	ALGORITHM_NAME_MAX = 64,
	MOVE_KEY_MAX = 128,
	MAPPING_SECONDS = 1 /* a change of where packets come from is told once in that time */
};

#define ALL_ALGORITHMS UINT32_MAX

static xfrm_address_t xfrm_address(const struct address *a)
{
	xfrm_address_t out = { 0 };

	memcpy(&out, a->ip, sizeof(a->ip));
	return out;
}

static struct xfrm_selector xfrm_selector(const struct kernel_match *m)
{
	return (struct xfrm_selector) {
		.daddr = xfrm_address(&m->destination.address),
		.saddr = xfrm_address(&m->source.address),
		.dport = htons(m->destination_port),
		.dport_mask = htons(m->destination_mask),
		.sport = htons(m->source_port),
		.sport_mask = htons(m->source_mask),
		.family = m->source.address.family,
		.prefixlen_d = m->destination.len,
		.prefixlen_s = m->source.len,
		.proto = m->protocol,
	};
}

static uint64_t limit_or_none(uint64_t limit)
{
	return limit == 0 ? XFRM_INF : limit;
}

static struct xfrm_lifetime_cfg xfrm_lifetime(uint64_t hard_bytes, uint64_t hard_packets)
{
	return (struct xfrm_lifetime_cfg) {
		.soft_byte_limit = XFRM_INF,
		.hard_byte_limit = limit_or_none(hard_bytes),
		.soft_packet_limit = XFRM_INF,
		.hard_packet_limit = limit_or_none(hard_packets),
	};
}

static uint8_t xfrm_mode(enum conf_type mode)
{
	return mode == TYPE_TUNNEL ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

/* Room for an attribute of `len` zeroed bytes at the end of the message. */
static void *put_zeroed(union netlink_message *m, uint16_t type, size_t len)
{
	struct nlattr *a = mnl_nlmsg_get_payload_tail(&m->header);

	assert(m->header.nlmsg_len + sizeof(*a) + len + MNL_ALIGNTO <= sizeof(*m));
	a->nla_type = type;
	a->nla_len = (uint16_t)(sizeof(*a) + len);
	m->header.nlmsg_len += (uint32_t)MNL_ALIGN(a->nla_len);
	return mnl_attr_get_payload(a);
}

static void put_name(char out[ALGORITHM_NAME_MAX], const char *name)
{
	size_t len = strlen(name);

	assert(len < ALGORITHM_NAME_MAX);
	memcpy(out, name, len);
}

/* Key and salt together, as RFC 4106 has them. */
static void put_aead(union netlink_message *m, const struct kernel_sa *sa)
{
	struct xfrm_algo_aead *a =
		put_zeroed(m, XFRMA_ALG_AEAD, sizeof(*a) + sa->encr_key.len);

	put_name(a->alg_name, sa->encr->kernel_name);
	a->alg_key_len = (unsigned)sa->encr_key.len * 8;
	a->alg_icv_len = sa->encr->icv_len * 8u;
	memcpy(a->alg_key, sa->encr_key.ptr, sa->encr_key.len);
}

static void put_cipher(union netlink_message *m, const struct kernel_sa *sa)
{
	struct xfrm_algo *a = put_zeroed(m, XFRMA_ALG_CRYPT, sizeof(*a) + sa->encr_key.len);

	put_name(a->alg_name, sa->encr->kernel_name);
	a->alg_key_len = (unsigned)sa->encr_key.len * 8;
	memcpy(a->alg_key, sa->encr_key.ptr, sa->encr_key.len);
}

/* The truncation is said: without it the kernel takes 96 bits of a SHA-256. */
static void put_integrity(union netlink_message *m, const struct kernel_sa *sa)
{
	struct xfrm_algo_auth *a =
		put_zeroed(m, XFRMA_ALG_AUTH_TRUNC, sizeof(*a) + sa->integ_key.len);

	put_name(a->alg_name, sa->integ->kernel_name);
	a->alg_key_len = (unsigned)sa->integ_key.len * 8;
	a->alg_trunc_len = sa->integ->icv_len * 8u;
	memcpy(a->alg_key, sa->integ_key.ptr, sa->integ_key.len);
}

static void put_algorithms(union netlink_message *m, const struct kernel_sa *sa)
{
	if (sa->encr->aead) {
		put_aead(m, sa);
		return;
	}
	put_cipher(m, sa);
	put_integrity(m, sa);
}

/*
 * The long form, for ESN and for windows that the old one cannot say. An outbound SA with a
 * direction has no window; before SAs had one, ESN wanted a window of at least 1 of both.
 */
static void put_replay(union netlink_message *m, const struct kernel_sa *sa,
		       const struct xfrm_abilities *can)
{
	bool out = sa->direction == KERNEL_OUT;
	uint32_t window = out && !can->direction ? 1 : sa->replay_window;
	uint32_t words = (window + BITS_PER_WORD - 1) / BITS_PER_WORD;
	struct xfrm_replay_state_esn *r;

	if (!sa->esn && sa->replay_window <= LEGACY_WINDOW_MAX)
		return;
	r = put_zeroed(m, XFRMA_REPLAY_ESN_VAL, sizeof(*r) + words * sizeof(r->bmp[0]));
	r->bmp_len = words;
	r->replay_window = window;
}

static void put_template_of_udp(union netlink_message *m, uint16_t type, uint16_t source,
				uint16_t destination)
{
	struct xfrm_encap_tmpl e = {
		.encap_type = type,
		.encap_sport = htons(source),
		.encap_dport = htons(destination),
	};

	mnl_attr_put(&m->header, XFRMA_ENCAP, sizeof(e), &e);
}

/* Other ports are told of when they change, and when that time is over. */
static void put_mapping_time(union netlink_message *m, bool ports_may_vary)
{
	mnl_attr_put_u32(&m->header, ATTR_MTIMER_THRESH,
			 ports_may_vary ? UINT32_MAX : MAPPING_SECONDS);
}

static void put_encapsulation(union netlink_message *m, const struct kernel_sa *sa,
			      const struct xfrm_abilities *can)
{
	if (!sa->encapsulated)
		return;
	put_template_of_udp(m, UDP_ENCAP_ESPINUDP, sa->encap_source_port,
			    sa->encap_destination_port);
	/* Older than directions. */
	if (can->direction && sa->direction == KERNEL_IN)
		put_mapping_time(m, sa->ports_may_vary);
}

static bool is_sub(const struct kernel_sa *sa)
{
	return sa->direction == KERNEL_OUT && sa->cpu != KERNEL_CPU_NONE;
}

static void put_sub(union netlink_message *m, const struct kernel_sa *sa)
{
	mnl_attr_put_u32(&m->header, PCPU_2_ATTR_CPU, sa->cpu);
	mnl_attr_put_u32(&m->header, XFRMA_SA_EXTRA_FLAGS, PCPU_2_SUB);
}

static void put_cpu(union netlink_message *m, const struct kernel_sa *sa,
		    const struct xfrm_abilities *can)
{
	if (can->pcpu_2) {
		if (is_sub(sa))
			put_sub(m, sa);
		else if (sa->direction == KERNEL_OUT && sa->clone_head)
			mnl_attr_put_u32(&m->header, XFRMA_SA_EXTRA_FLAGS, PCPU_2_HEAD);
		return;
	}
	if (can->direction)
		mnl_attr_put_u8(&m->header, ATTR_SA_DIR,
				sa->direction == KERNEL_OUT ? SA_DIR_OUT : SA_DIR_IN);
	if (can->per_cpu && sa->cpu != KERNEL_CPU_NONE)
		mnl_attr_put_u32(&m->header, ATTR_SA_PCPU, sa->cpu);
}

static bool keys_fit(const struct kernel_sa *sa)
{
	if (sa->encr == NULL || !encr_has_key_bits(sa->encr, sa->encr_key_bits) ||
	    sa->encr_key.len != encr_keymat_len(sa->encr, sa->encr_key_bits))
		return false;
	if (sa->encr->aead)
		return sa->integ == NULL;
	return sa->integ != NULL && sa->integ_key.len == sa->integ->key_len;
}

/* What no kernel takes, before it is asked. */
static int sa_check(const struct kernel_sa *sa, char text[KERNEL_TEXT_MAX])
{
	bool in = sa->direction == KERNEL_IN;

	if ((!in && sa->direction != KERNEL_OUT) || sa->source.family != sa->destination.family ||
	    !address_is_set(&sa->source)) {
		kernel_say(text, "an SA has a direction and two ends of one address family");
		return -EINVAL;
	}
	if (!keys_fit(sa)) {
		kernel_say(text, "the keys do not fit the algorithms");
		return -EINVAL;
	}
	if (sa->replay_window > XFRM_REPLAY_WINDOW_MAX) {
		kernel_say(text, "the replay window is at most %d packets", XFRM_REPLAY_WINDOW_MAX);
		return -EINVAL;
	}
	if (!in && sa->replay_window != 0) {
		kernel_say(text, "an outbound SA has no replay window");
		return -EINVAL;
	}
	if (in && sa->esn && sa->replay_window == 0) {
		kernel_say(text, "extended sequence numbers need a replay window");
		return -EINVAL;
	}
	return 0;
}

/* Selectors only in transport mode: in tunnel mode any inner packet, of any family, is welcome. */
static int sa_selector(const struct kernel_sa *sa, struct xfrm_usersa_info *info,
		       char text[KERNEL_TEXT_MAX])
{
	bool in = sa->direction == KERNEL_IN;
	struct kernel_match match;
	int result;

	if (sa->mode == TYPE_TUNNEL) {
		info->flags |= XFRM_STATE_AF_UNSPEC;
		return 0;
	}
	result = match_of_selectors(in ? &sa->remote : &sa->local, in ? &sa->local : &sa->remote,
				    &match, text);
	if (result < 0)
		return result;
	info->sel = xfrm_selector(&match);
	return 0;
}

int xfrm_write_sa(union netlink_message *m, const struct kernel_sa *sa,
		  const struct xfrm_abilities *can, char text[KERNEL_TEXT_MAX])
{
	struct xfrm_usersa_info *info = netlink_begin(m, XFRM_MSG_NEWSA, sizeof(*info));
	int result = sa_check(sa, text);

	if (result == 0)
		result = sa_selector(sa, info, text);
	if (result < 0)
		return result;
	info->id.daddr = xfrm_address(&sa->destination);
	info->id.spi = htonl(sa->spi);
	info->id.proto = IPPROTO_ESP;
	info->saddr = xfrm_address(&sa->source);
	info->lft = xfrm_lifetime(sa->hard_bytes, sa->hard_packets);
	info->reqid = sa->reqid;
	info->family = sa->source.family;
	info->mode = xfrm_mode(sa->mode);
	if (sa->esn)
		info->flags |= XFRM_STATE_ESN;
	else if (sa->replay_window <= LEGACY_WINDOW_MAX)
		info->replay_window = (uint8_t)sa->replay_window;
	put_algorithms(m, sa);
	put_replay(m, sa, can);
	put_encapsulation(m, sa, can);
	put_cpu(m, sa, can);
	return 0;
}

int xfrm_write_ports(union netlink_message *m, const struct kernel_sa *sa,
		     const struct kernel_ends *to, const struct xfrm_abilities *can,
		     char text[KERNEL_TEXT_MAX])
{
	/* The kernel wants keys and then keeps those that the SA has. */
	static const uint8_t no_key[MOVE_KEY_MAX];
	struct kernel_sa there = *sa;
	int result;

	if (sa->encr == NULL || encr_keymat_len(sa->encr, sa->encr_key_bits) > sizeof(no_key) ||
	    (sa->integ != NULL && sa->integ->key_len > sizeof(no_key))) {
		kernel_say(text, "an SA without an algorithm cannot be changed");
		return -EINVAL;
	}
	there.encap_source_port = to->encap_source_port;
	there.encap_destination_port = to->encap_destination_port;
	there.ports_may_vary = to->ports_may_vary;
	there.encr_key = bytes_at(no_key, encr_keymat_len(sa->encr, sa->encr_key_bits));
	there.integ_key = bytes_at(no_key, sa->integ == NULL ? 0 : sa->integ->key_len);
	result = xfrm_write_sa(m, &there, can, text);
	m->header.nlmsg_type = XFRM_MSG_UPDSA;
	return result;
}

int xfrm_write_move(union netlink_message *m, const struct kernel_sa *sa,
		    const struct kernel_ends *to, char text[KERNEL_TEXT_MAX])
{
	struct xfrm_migrate_state *body = netlink_begin(m, MESSAGE_MIGRATE_STATE, sizeof(*body));
	struct xfrm_usersa_info info = { .flags = 0 };
	int result = sa_selector(sa, &info, text);

	if (result < 0)
		return result;
	body->id.daddr = xfrm_address(&sa->destination);
	body->id.spi = htonl(sa->spi);
	body->id.family = sa->destination.family;
	body->id.proto = IPPROTO_ESP;
	body->new_destination = xfrm_address(&to->destination);
	body->new_source = xfrm_address(&to->source);
	body->selector = info.sel;
	body->reqid = sa->reqid;
	body->family = to->destination.family;
	/* Type 0 takes encapsulation away. */
	put_template_of_udp(m, to->encapsulated ? UDP_ENCAP_ESPINUDP : 0, to->encap_source_port,
			    to->encap_destination_port);
	if (to->encapsulated && sa->direction == KERNEL_IN)
		put_mapping_time(m, to->ports_may_vary);
	return 0;
}

static void put_address(union netlink_message *m, uint16_t type, const struct address *a)
{
	xfrm_address_t address = xfrm_address(a);

	mnl_attr_put(&m->header, type, sizeof(address), &address);
}

void xfrm_write_sa_id(union netlink_message *m, uint16_t type, const struct kernel_sa *sa,
		      const struct xfrm_abilities *can)
{
	struct xfrm_usersa_id *id = netlink_begin(m, type, sizeof(*id));

	id->daddr = xfrm_address(&sa->destination);
	id->spi = htonl(sa->spi);
	id->family = sa->destination.family;
	id->proto = IPPROTO_ESP;
	if (can->pcpu_2 && is_sub(sa) && address_is_set(&sa->source)) {
		put_address(m, XFRMA_SRCADDR, &sa->source);
		put_sub(m, sa);
	}
}

void xfrm_write_sa_dump(union netlink_message *m, const struct kernel_sa *like)
{
	struct xfrm_address_filter filter;

	netlink_begin(m, XFRM_MSG_GETSA, 0);
	mnl_attr_put_u8(&m->header, XFRMA_PROTO, IPPROTO_ESP);
	if (like == NULL)
		return;
	filter = (struct xfrm_address_filter) {
		.saddr = xfrm_address(&like->source),
		.daddr = xfrm_address(&like->destination),
		.family = like->source.family,
		.splen = (uint8_t)(address_len(&like->source) * 8),
		.dplen = (uint8_t)(address_len(&like->destination) * 8),
	};
	mnl_attr_put(&m->header, XFRMA_ADDRESS_FILTER, sizeof(filter), &filter);
}

static uint8_t xfrm_direction(enum kernel_direction direction)
{
	switch (direction) {
	case KERNEL_IN:
		return XFRM_POLICY_IN;
	case KERNEL_OUT:
		return XFRM_POLICY_OUT;
	case KERNEL_FORWARD:
		break;
	}
	return XFRM_POLICY_FWD;
}

/* Without an SPI any SA of the clone set will do, and the kernel picks the CPU's own. */
static void put_template(union netlink_message *m, const struct kernel_policy *p)
{
	struct xfrm_user_tmpl t = {
		.id = { .spi = htonl(p->spi), .proto = IPPROTO_ESP },
		.family = p->source.start.family,
		.reqid = p->reqid,
		.mode = xfrm_mode(p->mode),
		.aalgos = ALL_ALGORITHMS,
		.ealgos = ALL_ALGORITHMS,
		.calgos = ALL_ALGORITHMS,
	};

	if (p->mode == TYPE_TUNNEL) {
		t.id.daddr = xfrm_address(&p->tunnel_destination);
		t.saddr = xfrm_address(&p->tunnel_source);
		t.family = p->tunnel_source.family;
	}
	mnl_attr_put(&m->header, XFRMA_TMPL, sizeof(t), &t);
}

static int template_check(const struct kernel_policy *p, char text[KERNEL_TEXT_MAX])
{
	if (p->kind != POLICY_PROTECT || p->mode != TYPE_TUNNEL)
		return 0;
	if (address_is_set(&p->tunnel_source) &&
	    p->tunnel_source.family == p->tunnel_destination.family)
		return 0;
	kernel_say(text, "a tunnel has two ends of one address family");
	return -EINVAL;
}

int xfrm_write_policy(union netlink_message *m, const struct kernel_policy *policy,
		      char text[KERNEL_TEXT_MAX])
{
	struct xfrm_userpolicy_info *info = netlink_begin(m, XFRM_MSG_UPDPOLICY, sizeof(*info));
	struct kernel_match match;
	int result = match_of_selectors(&policy->source, &policy->destination, &match, text);

	if (result == 0)
		result = template_check(policy, text);
	if (result < 0)
		return result;
	info->sel = xfrm_selector(&match);
	info->lft = xfrm_lifetime(0, 0);
	info->priority = policy->priority;
	info->dir = xfrm_direction(policy->direction);
	info->action = policy->kind == POLICY_BLOCK ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	info->share = XFRM_SHARE_ANY;
	if (policy->cpu_acquire)
		info->flags |= POLICY_CPU_ACQUIRE;
	if (policy->kind == POLICY_PROTECT)
		put_template(m, policy);
	return 0;
}

int xfrm_write_policy_id(union netlink_message *m, uint16_t type,
			 const struct kernel_policy *policy, char text[KERNEL_TEXT_MAX])
{
	struct xfrm_userpolicy_id *id = netlink_begin(m, type, sizeof(*id));
	struct kernel_match match;
	int result = match_of_selectors(&policy->source, &policy->destination, &match, text);

	if (result < 0)
		return result;
	id->sel = xfrm_selector(&match);
	id->dir = xfrm_direction(policy->direction);
	return 0;
}

struct xfrm_userpolicy_info xfrm_socket_policy(uint16_t family, enum kernel_direction direction)
{
	return (struct xfrm_userpolicy_info) {
		.sel = { .family = family },
		.lft = xfrm_lifetime(0, 0),
		.dir = xfrm_direction(direction),
		.action = XFRM_POLICY_ALLOW,
		.share = XFRM_SHARE_ANY,
	};
}
