/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic.h"

#include "../must.h"
#include "crypto/crypto.h"
#include "sim/scenario/scenario.h"

enum { SEEDS = 12, SHAPES_MAX = 512 };

bool __real_tap_read(struct sim_host *sender, struct bytes message, struct tap *out);
bool __wrap_tap_read(struct sim_host *sender, struct bytes message, struct tap *out);

static traffic_callback *callback;
static uint64_t shapes[SHAPES_MAX];
static size_t shape_count;

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 1099511628211U;
}

static uint64_t shape_of(const struct tap *tap)
{
	uint64_t hash = mix(mix(14695981039346656037U, tap->header.exchange), tap->header.flags);

	for (size_t i = 0; i < tap->payloads.count; i++) {
		const struct payload *p = &tap->payloads.list[i];
		struct notify n;

		hash = mix(hash, p->type);
		if (p->type == PAYLOAD_NOTIFY && notify_read(p->body, &n) == WIRE_OK)
			hash = mix(hash, n.type);
	}
	return hash;
}

static bool is_new(uint64_t shape)
{
	for (size_t i = 0; i < shape_count; i++)
		if (shapes[i] == shape)
			return false;
	if (shape_count == SHAPES_MAX)
		return false;
	shapes[shape_count++] = shape;
	return true;
}

static void write_chain(const struct payloads *all, struct buffer *out)
{
	struct payload_writer w;

	write_u8(out, 0);
	w = payload_writer_inner(out, 0);
	for (size_t i = 0; i < all->count; i++) {
		payload_begin(&w, all->list[i].type, all->list[i].critical);
		write_bytes(out, all->list[i].body);
		payload_end(&w);
	}
}

/* The simulation reads everything that it carries. */
bool __wrap_tap_read(struct sim_host *sender, struct bytes message, struct tap *out)
{
	bool good = __real_tap_read(sender, message, out);
	struct buffer plain = { 0 };

	if (good && (out->opened || !out->sealed) && out->fragment == out->fragments &&
	    is_new(shape_of(out))) {
		write_chain(&out->payloads, &plain);
		callback(out, buffer_bytes(&plain));
	}
	buffer_done(&plain);
	return good;
}

void traffic_each(traffic_callback *on_message)
{
	static struct sim sim;
	char why[160];

	callback = on_message;
	must(crypto_start(NULL, why, sizeof(why)) != CRYPTO_NOT_STARTED);
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		if (!sim_run(&sim, &scenario_two, 0, seed, false))
			fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, sim.why);
	crypto_stop();
}
