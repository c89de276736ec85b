/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/core/sim.h"
#include "sim/host/host.h"
#include "sim/scenario/scenario.h"

enum whose { BOTH, EACH };

struct row {
	const char *text;
	uint32_t percent;
	enum whose whose;
	uint32_t from, to;
};

#define OPTION_ROW(id, percent_, whose_, from_, to_, text_) \
	[OPTION_##id] = { text_, percent_, whose_, from_, to_ },
static const struct row rows[] = {
	SIM_CONN_OPTIONS(OPTION_ROW)
	SIM_SETUP_OPTIONS(OPTION_ROW)
	SIM_RUN_OPTIONS(OPTION_ROW)
};

static uint32_t choose(const struct sim *sim, const struct row *row, uint64_t whose)
{
	struct random random = random_stream(sim->seed, row->text, whose);

	if (!random_percent(&random, row->percent))
		return 0;
	return row->to == 0 ? 1 : row->from + random_below(&random, row->to - row->from + 1);
}

void plan_tunnel(const struct sim *sim, struct sim_tunnel *tunnel)
{
	uint64_t id = 1 + ((uint64_t)tunnel->host[0] << 32 | tunnel->host[1]);

	for (unsigned i = 0; i < SIM_CONN_OPTION_COUNT; i++) {
		bool both = rows[i].whose == BOTH;

		tunnel->end[0].value[i] = choose(sim, &rows[i], id);
		tunnel->end[1].value[i] = both ? tunnel->end[0].value[i]
					       : choose(sim, &rows[i], ~id);
	}
	for (unsigned end = 0; end < 2; end++)
		if (tunnel->end[end].value[OPTION_ON_DEMAND] == 0)
			tunnel->end[end].value[OPTION_CLONE_ACQUIRE] = 0;
}

void plan_host(const struct sim *sim, unsigned index, struct sim_choices *out)
{
	for (unsigned i = SIM_CONN_OPTION_COUNT; i < SIM_SETUP_OPTION_END; i++)
		out->value[i] = choose(sim, &rows[i], rows[i].whose == BOTH ? 0 : index + 1);
}

void plan_run(const struct sim *sim, struct sim_choices *out)
{
	for (unsigned i = SIM_SETUP_OPTION_END; i < SIM_OPTION_COUNT; i++)
		out->value[i] = choose(sim, &rows[i], 0);
}

void plan_say(struct sim_tunnel *tunnel, enum sim_option option, uint32_t value)
{
	tunnel->end[0].value[option] = tunnel->end[1].value[option] = value;
}

void plan_resize(struct sim_tunnel *tunnel, unsigned end, struct random *random)
{
	uint32_t *value = tunnel->end[end].value;
	bool was_number = value[OPTION_CLONES_YES] == 0 && value[OPTION_CLONES_CPUS] == 0;
	uint32_t number = 1 + random_below(random, rows[OPTION_CLONES].to);
	uint32_t how = random_below(random, 3);

	if (how == 0 && was_number && number == value[OPTION_CLONES])
		number = 1 + number % rows[OPTION_CLONES].to;
	if (how == 1 && value[OPTION_CLONES_YES] != 0)
		how = 2;
	else if (how == 2 && value[OPTION_CLONES_YES] == 0 && value[OPTION_CLONES_CPUS] != 0)
		how = 1;
	value[OPTION_CLONES] = number;
	value[OPTION_CLONES_YES] = how == 1;
	value[OPTION_CLONES_CPUS] = how == 2;
}

/* --- ipsec.conf --- */

static void write_option(const struct row *row, uint32_t value, struct buffer *out)
{
	const char *number = strstr(row->text, "%u");

	if (number == NULL)
		write_format(out, "%s", row->text);
	else
		write_format(out, "%.*s%u%s", (int)(number - row->text), row->text, value,
			     number + 2);
}

/* Of the three ways to ask for clones one is said. */
static bool is_said(const struct sim_choices *choices, unsigned option)
{
	const uint32_t *value = choices->value;

	switch (option) {
	case OPTION_CLONES:
		return value[OPTION_CLONES_YES] == 0 && value[OPTION_CLONES_CPUS] == 0;
	case OPTION_CLONES_YES:
		return value[OPTION_CLONES] != 0;
	case OPTION_CLONES_CPUS:
		return value[OPTION_CLONES] != 0 && value[OPTION_CLONES_YES] == 0;
	default:
		return true;
	}
}

static void write_options(const struct sim_choices *choices, unsigned from, unsigned to,
			  const char *before, const char *after, struct buffer *out)
{
	for (unsigned i = from; i < to; i++) {
		if (choices->value[i] == 0 || !is_said(choices, i))
			continue;
		write_format(out, "%s", before);
		write_option(&rows[i], choices->value[i], out);
		write_format(out, "%s", after);
	}
}

static void write_end(const struct sim *sim, const char *side, unsigned index, struct buffer *out)
{
	const struct sim_host *host = &sim->hosts[index];
	char address[ADDRESS_TEXT_MAX], net[ADDRESS_TEXT_MAX];

	write_format(out, "\t%s=%s\n\t%sid=@%s\n\t%ssubnet=%s/32\n", side,
		     address_print(&host->address, address), side, host->name, side,
		     address_print(&host->inside, net));
}

/* One connection for all; what is right for the first tunnel is for the others. */
static void write_template(const struct sim *sim, struct buffer *out)
{
	struct sim_choices choices = sim->hosts[0].ends[0]->tunnel->end[0];

	write_format(out, "conn any\n\tauthby=secret\n\tauto=add\n\tright=%%any\n"
			  "\trightsubnet=10.0.0.0/8\n");
	choices.value[OPTION_NARROWING] = 1; /* each gets its part of that */
	write_end(sim, "left", 0, out);
	write_options(&choices, 0, SIM_CONN_OPTION_COUNT, "\t", "\n", out);
}

void plan_write(const struct sim *sim, unsigned host, struct buffer *out)
{
	write_format(out, "config setup\n");
	write_options(&sim->hosts[host].choices, SIM_CONN_OPTION_COUNT, SIM_SETUP_OPTION_END,
		      "\t", "\n", out);
	if (sim->any && host == 0) {
		write_template(sim, out);
		return;
	}
	for (unsigned i = 0; i < sim->hosts[host].end_count; i++) {
		const struct sim_tunnel *t = sim->hosts[host].ends[i]->tunnel;

		write_format(out, "conn %s\n\tauthby=secret\n\tauto=add\n", t->name);
		write_end(sim, "left", t->host[0], out);
		write_end(sim, "right", t->host[1], out);
		write_options(&t->end[t->host[0] == host ? 0 : 1], 0, SIM_CONN_OPTION_COUNT, "\t",
			      "\n", out);
	}
}

/* --- for people --- */

void plan_describe(const struct sim *sim)
{
	enum { SHOWN_MAX = 4 };
	struct buffer text = { 0 };

	write_format(&text, "seed %llu, scenario %s: loss %u%% duplicates %u%% latency %lld us "
		     "jitter %lld us\n",
		     (unsigned long long)sim->seed, sim->scenario->name,
		     sim->network.loss, sim->network.duplicates, (long long)sim->network.latency,
		     (long long)sim->network.jitter);
	write_options(&sim->adversity.choices, SIM_SETUP_OPTION_END, SIM_OPTION_COUNT, "", "\n",
		      &text);
	for (unsigned i = 0; i < sim->host_count && i < SHOWN_MAX; i++) {
		write_format(&text, "%s:", sim->hosts[i].name);
		write_options(&sim->hosts[i].choices, SIM_CONN_OPTION_COUNT, SIM_SETUP_OPTION_END,
			      " ", "", &text);
		write_format(&text, "\n");
	}
	for (unsigned i = 0; i < sim->tunnel_count && i < SHOWN_MAX; i++)
		for (unsigned end = 0; end < 2; end++) {
			const struct sim_tunnel *t = &sim->tunnels[i];

			write_format(&text, "%s at %s:", t->name, sim->hosts[t->host[end]].name);
			write_options(&t->end[end], 0, SIM_CONN_OPTION_COUNT, " ", "", &text);
			write_format(&text, "\n");
		}
	printf("%.*s", (int)text.len, (const char *)text.ptr);
	buffer_done(&text);
}
