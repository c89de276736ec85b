/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to machines. */

#include "sim/check/excuses.h"
#include "sim/host/host.h"
#include "sim/user/user.h"

#define SLEEP_MAX SECONDS(300)

void user_crash(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	(void)tunnel;
	if (host->engine == NULL)
		return;
	host_excuse(host, EXCUSE_UNSAID, "a host dies");
	host_crash(host);
}

void user_boot(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	(void)tunnel;
	if (host->engine == NULL)
		host_boot(host);
}

void user_reboot(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	user_boot(sim, host, tunnel);
	for (unsigned i = 0; i < host->end_count; i++)
		user_up(sim, host, host->ends[i]->tunnel);
}

static void wake(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	(void)tunnel;
	sim_note(sim, host, "wakes up");
	host_excuse(host, EXCUSE_UNSAID, "a host has slept");
	host->awake_since = sim->now;
	host_settle(host);
}

void user_changes_secret(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	host->other_secret = !host->other_secret;
	sim_note(sim, host, "has %s secret", host->other_secret ? "another" : "its peer's");
	user_crash(sim, host, tunnel);
	user_boot(sim, host, tunnel);
}

void user_suspend(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	int64_t duration = 1 + random_time(&sim->random, SLEEP_MAX);

	(void)tunnel;
	if (!host_listens(host))
		return;
	sim_note(sim, host, "is suspended for %.0f s", (double)duration / 1e6);
	host_excuse(host, EXCUSE_UNSAID, "a host sleeps");
	host->asleep_until = sim->now + duration;
	if (random_percent(&sim->random, 50))
		host->behind += duration;
	sim_at(sim, host->asleep_until, wake, host, NULL);
}

void user_sets_clock(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)tunnel;
	if (host->kernel == NULL)
		return;
	host->epoch = (int64_t)random_below(&sim->random, UINT32_MAX);
	sim_note(sim, host, "has another wall clock");
	fake_set_time(host->kernel, host->epoch);
}

/* Whom both ends lose at once, or one before it has heard of the other's move, nobody finds. */
void user_goes(struct sim_host *host, struct sim_tunnel *tunnel, const struct address *to)
{
	struct sim *sim = host->sim;
	unsigned end = host_end(host, tunnel);
	int64_t other = tunnel->last_move[1 - end];
	bool crossing = other != 0 && sim->now - other < (sim->network.may_lose ? SECONDS(40)
									     : SECONDS(2));

	tunnel->last_move[end] = sim->now;
	tunnel_excuse(sim, tunnel, crossing ? EXCUSE_UNSAID : EXCUSE_MOVED,
		      crossing ? "both ends move" : "an address changes");
	host_readdress(host, to);
}

void user_moves(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	struct address to = host_place(host, random_below(&sim->random, PLACES));

	if (!address_equal(&to, &host->address))
		user_goes(host, tunnel, &to);
}

static void tell_of_cpus(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)tunnel;
	if (host->engine == NULL)
		return;
	if (host_is_busy(host)) {
		sim_at(sim, host->busy_until, tell_of_cpus, host, NULL);
		return;
	}
	host_look_at_cpus(host);
	ike_engine_on_cpus(host_enter(host), host_now(host));
	host_settle(host);
}

void user_plugs(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint32_t all = (1U << host->cpus) - 1;
	uint32_t online = host->online ^ 1U << random_below(&sim->random, host->cpus);

	if ((online & all) == 0 || host_sleeps(host))
		return;
	host->online = online;
	sim_note(sim, host, "has these CPUs online: %x", online & all);
	tell_of_cpus(sim, host, tunnel);
}

void user_fills_memory(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)tunnel;
	host->may_refuse = true;
	host->refuse_in = 1 + random_below(&sim->random, 12);
}
