/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two gateways, of which one comes back with another secret. The other is to keep the tunnel up,
 * and is refused for an hour. */

#include "sim/check/check.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"
#include "sim/user/user.h"

#define UP_AT         SECONDS(1)
#define CALM_AT       SECONDS(50)
#define UP_AGAIN_AT   SECONDS(90)
#define REFUSES_AT    SECONDS(150)
#define RELENTS_AT    (REFUSES_AT + SECONDS(3600))
#define CHECK_AT      (RELENTS_AT + SECONDS(600)) /* the longest back-off, and more */
#define DOWN_AT       (CHECK_AT + SECONDS(1))
#define END_AT        (CHECK_AT + SECONDS(200))
#define CHECK_EVERY   SECONDS(90)
#define TRAFFIC_EVERY SECONDS(10)
enum { DPD = 10 };

static void build(struct sim *sim)
{
	struct sim_tunnel *tunnel;

	scenario_network(sim, CALM_AT);
	hosts_make(sim, 2, 1);
	tunnel = tunnel_make(sim, 0, 1);
	plan_say(tunnel, OPTION_DPD, DPD);
	plan_say(tunnel, OPTION_MAX_PACKETS, 0);
	sim_at(sim, UP_AT, user_up, &sim->hosts[0], tunnel);
	sim_at(sim, UP_AGAIN_AT, user_up_again, &sim->hosts[0], tunnel);
	sim_at(sim, REFUSES_AT, user_changes_secret, &sim->hosts[1], tunnel);
	sim_at(sim, REFUSES_AT, check_rate_begin, &sim->hosts[0], NULL);
	for (int64_t at = REFUSES_AT + CHECK_EVERY; at < RELENTS_AT; at += CHECK_EVERY)
		sim_at(sim, at, check_refused, &sim->hosts[0], NULL);
	sim_at(sim, RELENTS_AT, user_changes_secret, &sim->hosts[1], tunnel);
	check_all_up_at(sim, CHECK_AT);
	for (unsigned i = 0; i < 2; i++)
		sim_at(sim, DOWN_AT + SECONDS(5 * i), user_down, &sim->hosts[i], tunnel);
	check_all_empty_at(sim, END_AT - 1);
	scenario_slow_hosts(sim);
	scenario_boot(sim, TRAFFIC_EVERY, CHECK_AT);
}

const struct scenario scenario_refused = {
	.name = "refused",
	.what = "two gateways, one of which refuses the other for an hour",
	.share = 3,
	.until = END_AT,
	.steps_max = 1000000,
	.build = build,
};
