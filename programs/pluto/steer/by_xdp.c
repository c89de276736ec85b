/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs that XDP hands to their CPU: the program is at an interface while such an SA arrives there. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pluto/steer/state.h"

static void refuse(struct steering *s, struct place *p, const char *why)
{
	p->xdp_refused = true;
	s->config.log("%s: clone-steering=xdp is not possible, and what arrives stays on the CPUs where "
		      "the card puts it: %s", p->name, why);
}

/* The program would not see the tag, and the packet would go on without it. */
static bool loses_tags(const struct steering *s, const struct place *p)
{
	struct nic_facts facts;
	bool strips;

	if (!netdev_has_vlans(&s->netdevs, p->index) ||
	    nic_read(s->config.nic, p->name, &facts) != 0)
		return false;
	strips = nic_has(&facts, NIC_VLAN_STRIP);
	nic_facts_done(&facts);
	return strips;
}

static void refuse_tags(struct steering *s, struct place *p)
{
	char why[STEER_WHY_MAX];

	snprintf(why, sizeof(why), "it has VLANs, and takes their tags off in hardware; "
		 "ethtool -K %s rxvlan off", p->name);
	refuse(s, p, why);
}

static bool load(struct steering *s, struct place *p)
{
	char why[STEER_WHY_MAX];

	if (s->xdp == NULL)
		s->xdp = xdp_open(s->possible_cpus, why);
	if (s->xdp == NULL)
		refuse(s, p, why);
	return s->xdp != NULL;
}

static void attach(struct steering *s, struct place *p)
{
	char note[STEER_WHY_MAX], why[STEER_WHY_MAX];

	if (p->xdp >= 0 || p->xdp_refused)
		return;
	if (loses_tags(s, p)) {
		refuse_tags(s, p);
		return;
	}
	if (!load(s, p))
		return;
	p->xdp = xdp_attach(s->xdp, p->index, note, why);
	if (p->xdp < 0)
		refuse(s, p, why);
	else if (note[0] != '\0')
		s->config.log("%s: XDP hands ESP of clones to their CPUs, in its slow, generic form: %s",
			      p->name, note);
	else
		s->config.log("%s: XDP hands ESP of clones to their CPUs", p->name);
}

/* Packets of an SA that cannot be put in go where they went before. */
static void put_in(struct steering *s, struct steered *e)
{
	int failed;

	if (e->in_xdp || e->place->xdp < 0 || e->sa.cpu >= s->possible_cpus ||
	    !s->online[e->sa.cpu])
		return;
	failed = xdp_add(s->xdp, &e->sa);
	e->in_xdp = !failed;
	if (failed)
		s->config.log("%s: SPI 0x%08x cannot be given to CPU %u: %s", e->place->name,
			      e->sa.spi, e->sa.cpu, strerror(-failed));
}

static void take_out(struct steering *s, struct steered *e)
{
	if (e->in_xdp)
		xdp_remove(s->xdp, &e->sa);
	e->in_xdp = false;
}

static void enter(struct steering *s, struct steered *e)
{
	e->place->xdp_users++;
	s->xdp_users++;
	attach(s, e->place);
	put_in(s, e);
}

static void leave(struct steering *s, struct steered *e)
{
	struct place *p = e->place;

	take_out(s, e);
	if (--p->xdp_users == 0) {
		if (p->xdp >= 0)
			close(p->xdp);
		p->xdp = -1;
		p->xdp_refused = false;
	}
	if (--s->xdp_users == 0) {
		xdp_close(s->xdp);
		s->xdp = NULL;
	}
}

/* A VLAN may have come. */
void by_xdp_check(struct steering *s, struct place *p)
{
	if (p->xdp < 0 || !loses_tags(s, p))
		return;
	close(p->xdp);
	p->xdp = -1;
	refuse_tags(s, p);
}

static void settle(struct steering *s, struct steered *e)
{
	if (e->sa.cpu < s->possible_cpus && s->online[e->sa.cpu])
		put_in(s, e);
	else
		take_out(s, e);
}

const struct steer_means by_xdp = { .enter = enter, .leave = leave, .settle = settle };
