/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/check/excuses.h"

#include <string.h>

#include "sim/host/host.h"

/* A request is given up after that. */
#define GIVEN_UP_AFTER SECONDS(30)

/* Lifetimes and limits that leave no time for retransmissions, on a network that needs them. */
static bool is_hasty(const struct sim *sim, const struct sim_tunnel *tunnel)
{
	const uint32_t *value = tunnel->end[0].value;

	return sim->network.may_lose && (value[OPTION_LIFETIME] != 0 ||
					 value[OPTION_IKE_LIFETIME] != 0);
}

bool tunnel_is_excused(const struct sim *sim, const struct sim_tunnel *tunnel)
{
	return tunnel->excused_until > sim->now ||
	       (sim->network.may_lose && tunnel->end[0].value[OPTION_MAX_PACKETS] != 0);
}

int64_t tunnel_patience(const struct sim_tunnel *tunnel)
{
	uint32_t dpd = tunnel->end[0].value[OPTION_DPD];

	return dpd == 0 ? TIME_NEVER : 2 * SECONDS(dpd) + 2 * GIVEN_UP_AFTER;
}

/* Some round trips, and the time that one end waits for the other to rekey what cannot move. */
static int64_t moved_for(const struct sim *sim)
{
	const struct network *n = &sim->network;

	return n->may_lose ? 2 * GIVEN_UP_AFTER
			   : SECONDS(5) + 20 * (n->latency + n->jitter);
}

void tunnel_excuse(struct sim *sim, struct sim_tunnel *tunnel, enum excuse kind,
		   const char *reason)
{
	/* Where datagrams are lost a Delete may be given up, or wait behind what is given up. */
	bool heard = kind == EXCUSE_SAID && !sim->network.may_lose;
	int64_t patience = heard                  ? 2 * GIVEN_UP_AFTER
			   : kind == EXCUSE_MOVED ? moved_for(sim)
						  : tunnel_patience(tunnel);
	int64_t until = patience == TIME_NEVER ? TIME_NEVER : sim->now + patience;

	if (tunnel->excused_until < until) {
		if (!tunnel_is_excused(sim, tunnel))
			sim_note(sim, NULL, "(%s may lose packets: %s)", tunnel->name, reason);
		tunnel->excused_until = until;
	}
	tunnel->unsaid |= kind == EXCUSE_UNSAID;
}

void host_excuse(struct sim_host *host, enum excuse kind, const char *reason)
{
	struct sim *sim = host->sim;

	for (unsigned i = 0; i < host->end_count; i++)
		tunnel_excuse(sim, host->ends[i]->tunnel, kind, reason);
}

static bool network_is_attacked(const struct sim *sim)
{
	return sim->adversity.choices.value[OPTION_ATTACKER] != 0;
}

static bool is_on_demand(const struct sim_tunnel *tunnel)
{
	return tunnel->end[0].value[OPTION_ON_DEMAND] != 0 ||
	       tunnel->end[1].value[OPTION_ON_DEMAND] != 0;
}

static bool is_childless(const struct sim_tunnel *tunnel)
{
	return tunnel->end[0].value[OPTION_CHILDLESS] != 0 ||
	       tunnel->end[1].value[OPTION_CHILDLESS] != 0;
}

/* Its Delete was given up, so the other end is not told. Packets are another matter: those of what
 * is closed were excused then. */
static bool is_unanswered(const struct sim *sim, const struct ike_report *report)
{
	return report->kind == REPORT_TIMEOUT && sim->network.may_lose &&
	       strstr(report->text, "may have it still") != NULL;
}

/* The connection may be gone by now. */
static void note_unsaid(struct sim *sim, struct sim_host *host, const struct endpoint *to)
{
	const struct sim_host *peer = network_find(&sim->network, &to->address);

	for (unsigned i = 0; i < host->end_count; i++)
		if (host_peer(host, host->ends[i]->tunnel) == peer)
			host->ends[i]->tunnel->unsaid = true;
}

void excuses_on_report(struct sim *sim, struct sim_host *host, const struct ike_report *report)
{
	struct sim_tunnel *tunnel = report->name == NULL ? NULL : tunnel_named(host, report->name);

	if (is_unanswered(sim, report)) {
		note_unsaid(sim, host, report->peer);
		return;
	}
	if (tunnel == NULL)
		return;
	if (report->kind == REPORT_TIMEOUT && sim->network.may_lose)
		tunnel_excuse(sim, tunnel, EXCUSE_UNSAID, "an IKE SA was given up");
	if (strstr(report->text, "lifetime= is over") != NULL && is_hasty(sim, tunnel))
		tunnel_excuse(sim, tunnel, EXCUSE_SAID,
			      "its lifetimes are too short for this network");
	/* What drains before it is given back is not rekeyed any more, and that takes longer than the
	 * margin of lifetimes like these. */
	if (strstr(report->text, "ipsec-lifetime= is over") != NULL && is_on_demand(tunnel))
		tunnel_excuse(sim, tunnel, EXCUSE_SAID, "a clone that is given back is too old");
	/* Who changes first messages spoils the proof of who wrote them: one end has an IKE SA
	 * that the other one ends. */
	if (strstr(report->text, "authentication of ") != NULL && network_is_attacked(sim))
		tunnel_excuse(sim, tunnel, EXCUSE_UNSAID, "an attempt was spoilt");
	/* Gaps: two childless IKE SAs at once, and the one that goes has the only Child SA yet; and
	 * what goes drains for five seconds, when a peer whose datagrams are lost may just come to
	 * use it. */
	if (strstr(report->text, "replaced by a newer IKE SA") != NULL &&
	    (is_childless(tunnel) || sim->network.may_lose))
		tunnel_excuse(sim, tunnel, EXCUSE_SAID, "of two IKE SAs one goes");
	/* A gap: both ends may give back the same pair of clones, when their Deletes cross. */
	if (strstr(report->text, "giving ours back") != NULL && sim->network.may_lose)
		tunnel_excuse(sim, tunnel, EXCUSE_SAID, "a clone is given back");
	if (report->kind == REPORT_KERNEL_ERROR && host->may_refuse)
		tunnel_excuse(sim, tunnel, EXCUSE_UNSAID, "the kernel refuses");
}
