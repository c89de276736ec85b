/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "kernel_double.h"

static struct double_sa *find_sa(struct kernel_double *k, const struct kernel_sa *sa)
{
	for (size_t i = 0; i < k->sa_count; i++)
		if (k->sas[i].spi == sa->spi &&
		    address_equal(&k->sas[i].destination, &sa->destination))
			return &k->sas[i];
	return NULL;
}

static struct double_policy *find_policy(struct kernel_double *k, const struct kernel_policy *p)
{
	for (size_t i = 0; i < k->policy_count; i++)
		if (k->policies[i].direction == p->direction &&
		    selector_equal(&k->policies[i].source, &p->source) &&
		    selector_equal(&k->policies[i].destination, &p->destination))
			return &k->policies[i];
	return NULL;
}

static bool refuses(struct kernel_double *k)
{
	return k->refuse_in > 0 && --k->refuse_in == 0;
}

/* A clone comes after a head with its ends. */
static bool lacks_head(const struct kernel_double *k, const struct kernel_sa *sa)
{
	for (size_t i = 0; i < k->sa_count; i++)
		if (k->sas[i].direction == KERNEL_OUT && k->sas[i].cpu == KERNEL_CPU_NONE &&
		    address_equal(&k->sas[i].source, &sa->source) &&
		    address_equal(&k->sas[i].destination, &sa->destination))
			return false;
	return sa->direction == KERNEL_OUT && sa->cpu != KERNEL_CPU_NONE;
}

static int add_sa(struct kernel_double *k, const struct kernel_facts *facts,
		  const struct kernel_sa *sa)
{
	if (refuses(k))
		return k->refuse_error != 0 ? k->refuse_error : -EINVAL;
	if (facts->clones_need_head && lacks_head(k, sa)) {
		k->errors++;
		return -ESRCH;
	}
	if (find_sa(k, sa) != NULL || k->sa_count == DOUBLE_SAS_MAX)
		return -EEXIST;
	assert_true(sa->encr_key.len >= sizeof(k->sas[0].key));
	k->sas[k->sa_count++] = (struct double_sa) {
		.direction = sa->direction,
		.spi = sa->spi,
		.cpu = sa->cpu,
		.reqid = sa->reqid,
		.source = sa->source,
		.destination = sa->destination,
		.hard_bytes = sa->hard_bytes,
		.hard_packets = sa->hard_packets,
		.encapsulated = sa->encapsulated,
		.source_port = sa->encapsulated ? sa->encap_source_port : 0,
		.destination_port = sa->encapsulated ? sa->encap_destination_port : 0,
	};
	memcpy(&k->sas[k->sa_count - 1].key, sa->encr_key.ptr, sizeof(k->sas[0].key));
	return 0;
}

static int move_sa(struct kernel_double *k, const struct kernel_facts *facts,
		   const struct kernel_sa *sa, const struct kernel_ends *to)
{
	struct double_sa *found = find_sa(k, sa);

	if (found == NULL)
		return -ESRCH;
	assert_true(address_equal(&found->source, &sa->source));
	if (!facts->moves_addresses &&
	    (!address_equal(&found->source, &to->source) ||
	     !address_equal(&found->destination, &to->destination) ||
	     found->encapsulated != to->encapsulated))
		return -EOPNOTSUPP;
	if (refuses(k))
		return -EINVAL;
	found->source = to->source;
	found->destination = to->destination;
	found->encapsulated = to->encapsulated;
	found->source_port = to->encapsulated ? to->encap_source_port : 0;
	found->destination_port = to->encapsulated ? to->encap_destination_port : 0;
	return 0;
}

static int delete_sa(struct kernel_double *k, const struct kernel_sa *sa)
{
	struct double_sa *found = find_sa(k, sa);

	if (found == NULL)
		return -ESRCH;
	*found = k->sas[--k->sa_count];
	return 0;
}

static int set_policy(struct kernel_double *k, const struct kernel_policy *p)
{
	struct double_policy *place = find_policy(k, p);

	if (refuses(k) || (place == NULL && k->policy_count == DOUBLE_POLICIES_MAX))
		return -EINVAL;
	if (place == NULL)
		place = &k->policies[k->policy_count++];
	*place = (struct double_policy) { p->direction,     p->source,
					  p->destination,   p->kind,
					  p->tunnel_source, p->tunnel_destination,
					  p->spi,	    p->cpu_acquire };
	return 0;
}

static int delete_policy(struct kernel_double *k, const struct kernel_policy *p)
{
	struct double_policy *found = find_policy(k, p);

	if (found == NULL)
		return -ENOENT;
	*found = k->policies[--k->policy_count];
	return 0;
}

static int change_one(struct kernel_double *k, const struct kernel_facts *facts,
		      struct kernel_change *change)
{
	struct double_sa *sa;

	switch (change->verb) {
	case KERNEL_SA_ADD:
		return add_sa(k, facts, &change->sa);
	case KERNEL_SA_DELETE:
		return delete_sa(k, &change->sa);
	case KERNEL_SA_MOVE:
		return move_sa(k, facts, &change->sa, &change->to);
	case KERNEL_SA_QUERY:
		sa = find_sa(k, &change->sa);
		if (sa == NULL)
			return -ESRCH;
		change->counters = (struct kernel_counters) {
			.packets = sa->packets, .bytes = sa->bytes
		};
		k->queries++;
		return 0;
	case KERNEL_POLICY_SET:
		return set_policy(k, &change->policy);
	case KERNEL_POLICY_DELETE:
		return delete_policy(k, &change->policy);
	default:
		return 0;
	}
}

void double_changes(struct kernel_double *k, const struct kernel_facts *facts,
		    struct kernel_change *changes, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		changes[i].result = err != 0 ? -ECANCELED : change_one(k, facts, &changes[i]);
		if (err == 0)
			err = changes[i].result;
		if (changes[i].result == -ESRCH || changes[i].result == -ENOENT ||
		    changes[i].result == -EEXIST)
			k->errors++;
	}
}
