/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands. */

#include "sim/user/user.h"

#include "ike/exchange/ends.h"
#include "sim/check/excuses.h"
#include "sim/host/host.h"

void user_up(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	if (!host_listens(host))
		return;
	ike_engine_up(host_enter(host), tunnel->name, false, host_command(host, tunnel),
		      host_now(host));
	host_settle(host);
}

void user_up_again(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	if (tunnel->last_code[host_end(host, tunnel)] != 0)
		user_up(sim, host, tunnel);
}

void user_down(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	char name[TUNNEL_NAME_MAX];

	if (!host_listens(host) || !tunnel_name(host, tunnel, name))
		return;
	tunnel_excuse(sim, tunnel, EXCUSE_SAID, "taken down");
	ike_engine_down(host_enter(host), name, host_command(host, tunnel), host_now(host));
	host_settle(host);
}

void user_route(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	if (!host_listens(host))
		return;
	ike_engine_route(host_enter(host), tunnel->name, host_command(host, tunnel),
			 host_now(host));
	host_settle(host);
}

void user_unroute(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	if (!host_listens(host))
		return;
	ike_engine_unroute(host_enter(host), tunnel->name, host_command(host, tunnel),
			   host_now(host));
	host_settle(host);
}

void user_delete(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	if (!host_listens(host))
		return;
	tunnel_excuse(sim, tunnel, EXCUSE_SAID, "its connection is deleted");
	ike_engine_delete(host_enter(host), tunnel->name, host_command(host, tunnel),
			  host_now(host));
	host_settle(host);
}

void user_add(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	(void)sim;
	if (host_listens(host))
		host_load(host, tunnel, false, host_command(host, tunnel));
}

void user_replace(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	if (!host_listens(host))
		return;
	tunnel_excuse(sim, tunnel, EXCUSE_SAID, "its connection is loaded again");
	host_load(host, tunnel, true, host_command(host, tunnel));
}

/* No excuse for packets: nothing that is meant is torn down. */
void user_resizes(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	unsigned end = host_end(host, tunnel);

	if (!host_listens(host) || sim->any || tunnel->end[end].value[OPTION_CLONES] == 0 ||
	    tunnel_connection(host, tunnel) == NULL)
		return;
	/* A head that was idle gets all at once, and its limit is a few seconds of that. */
	if (tunnel->end[0].value[OPTION_MAX_PACKETS] != 0)
		return;
	/* An ipsec.conf with other addresses is another one in more than that. */
	if (host->moved_at != 0 || host_peer(host, tunnel)->moved_at != 0)
		return;
	plan_resize(tunnel, end, &sim->adversity.random);
	sim_note(sim, host, "# other clones of %s", tunnel->name);
	tunnel->resized_until = sim->now + SECONDS(120);
	host_load(host, tunnel, true, host_aside(host, tunnel));
}

/* The n-th of those that are up. */
static struct child_sa *child_up(struct sim_host *host, const struct connection *c, uint32_t n)
{
	LIST_FOR_EACH(link, child_sas_of_connection(&host->engine->w, c->id)) {
		struct child_sa *child = CHILD_OF_CONNECTION(link);

		if (child->state == CHILD_UP && n-- == 0)
			return child;
	}
	return NULL;
}

void user_deletes_child(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	uint32_t which = random_below(&sim->adversity.random, 1 + SIM_CPUS_MAX);
	const struct connection *c = host_listens(host) ? tunnel_connection(host, tunnel) : NULL;
	struct child_sa *child = c == NULL ? NULL : child_up(host, c, which);
	struct ike_sa *sa;

	if (child == NULL)
		return;
	tunnel_excuse(sim, tunnel, EXCUSE_SAID, "a Child SA of it is deleted");
	sim_note(sim, host, "# deletes #%u", child->serial);
	engine_enter(host_enter(host), host_now(host));
	sa = ike_sa_find_id(&host->engine->w, child->ike_sa);
	if (sa->state == IKE_ESTABLISHED)
		children_close(&host->engine->w, sa, &child, 1);
	engine_leave(host->engine);
	host_settle(host);
}

void user_rekey(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	enum rekey_what what = random_percent(&sim->random, 60) ? REKEY_CHILD : REKEY_IKE;
	char name[TUNNEL_NAME_MAX];

	if (!host_listens(host) || !tunnel_name(host, tunnel, name))
		return;
	ike_engine_rekey(host_enter(host), name, what, host_aside(host, tunnel),
			 host_now(host));
	host_settle(host);
}

void user_anything(struct sim *sim, struct sim_host *host, struct sim_tunnel *tunnel)
{
	static const struct {
		sim_script *script;
		const char *name;
	} all[] = {
		{ user_up, "up" },	   { user_up, "up" },	      { user_up, "up" },
		{ user_down, "down" },	   { user_route, "route" },   { user_unroute, "unroute" },
		{ user_delete, "delete" }, { user_add, "add" },	      { user_add, "add" },
		{ user_rekey, "rekey" },   { user_rekey, "rekey" },   { user_replace, "replace" },
		{ user_crash, "crash" },   { user_reboot, "reboot" }, { user_boot, "boot" },
	};
	unsigned which = random_below(&sim->random, ARRAY_LEN(all));

	sim_note(sim, host, "# %s", all[which].name);
	all[which].script(sim, host, tunnel);
}
