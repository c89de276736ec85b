/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include "base/mem.h"
#include "ike/engine.h"

static void on_send(void *context, const struct endpoint *from, const struct endpoint *to,
		    struct bytes message)
{
	struct bench *bench = context;

	(void)from;
	(void)to;
	bench->sent++;
	buffer_clear(&bench->last);
	write_bytes(&bench->last, message);
}

static void on_random(void *context, uint8_t *out, size_t len)
{
	struct bench *bench = context;

	for (size_t i = 0; i < len; i++)
		out[i] = bench->random++;
}

static void on_report(void *context, const struct ike_report *report)
{
	(void)context;
	(void)report;
}

struct bench *bench_new(enum sa_role role)
{
	struct bench *bench = NEW(struct bench);
	struct endpoint none = { .port = 500 };

	conf_setup_default(&bench->setup);
	bench->random = 1;
	world_init(&bench->w, &(struct ike_engine_config) {
		.setup = &bench->setup,
		.facts = &bench->facts,
		.host = { .context = bench, .send = on_send, .random = on_random,
			  .report = on_report },
	}, SECONDS(1));
	bench->sa = ike_sa_new(&bench->w, role, 0x1111, &none, &none);
	if (role == ROLE_RESPONDER)
		ike_sa_enter_half_open(&bench->w, bench->sa);
	return bench;
}

void bench_free(struct bench *bench)
{
	ike_sa_free(&bench->w, bench->sa);
	world_done(&bench->w);
	buffer_done(&bench->last);
	conf_setup_done(&bench->setup);
	mem_free(bench);
}
