/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/adversity/attacker.h"

#include <string.h>

#include "base/mem.h"
#include "sim/core/sim.h"
#include "wire/message.h"

#define HELD_BACK_MAX SECONDS(20)
#define REPEATED_MAX  SECONDS(5)

static struct random *dice(struct sim *sim)
{
	return &sim->adversity.attacker.random;
}

static struct bytes bytes_of(const struct overheard *o)
{
	return bytes_at(o->bytes, o->len);
}

/* --- what he does; true: the datagram itself does not go on --- */

typedef bool act(struct sim *sim, const struct overheard *o);

static bool drop(struct sim *sim, const struct overheard *o)
{
	(void)sim;
	(void)o;
	return true;
}

static bool hold_back(struct sim *sim, const struct overheard *o)
{
	network_carry(sim, &o->how, bytes_of(o), random_time(dice(sim), HELD_BACK_MAX));
	return true;
}

static bool repeat(struct sim *sim, const struct overheard *o)
{
	struct carried how = o->how;

	how.again = true;
	network_carry(sim, &how, bytes_of(o), random_time(dice(sim), REPEATED_MAX));
	return false;
}

static bool repeat_old(struct sim *sim, const struct overheard *o)
{
	const struct attacker *a = &sim->adversity.attacker;
	unsigned count = a->heard < OVERHEARD_MAX ? a->heard : OVERHEARD_MAX;

	(void)o;
	return repeat(sim, &a->kept[random_below(dice(sim), count)]);
}

static struct carried not_genuine(const struct overheard *o)
{
	return (struct carried) { .from = o->how.from, .to = o->how.to };
}

static bool reflect(struct sim *sim, const struct overheard *o)
{
	struct carried how = { .from = o->how.to, .to = o->how.from };

	network_carry(sim, &how, bytes_of(o), 0);
	return random_percent(dice(sim), 30);
}

static bool cut_short(struct sim *sim, const struct overheard *o)
{
	struct carried how = not_genuine(o);
	size_t len = 1 + random_below(dice(sim), (uint32_t)o->len - 1);

	network_carry(sim, &how, bytes_at(o->bytes, len), 0);
	return random_percent(dice(sim), 30);
}

/* Before the real one, or in its place. */
static bool flip(struct sim *sim, const struct overheard *o)
{
	struct carried how = not_genuine(o);
	uint8_t *copy = mem_new(o->len);
	size_t place = random_below(dice(sim), (uint32_t)o->len);

	memcpy(copy, o->bytes, o->len);
	copy[place] ^= (uint8_t)(1u << random_below(dice(sim), 8));
	network_carry(sim, &how, bytes_at(copy, o->len), 0);
	mem_free(copy);
	return random_percent(dice(sim), 30);
}

static bool answer_first(struct sim *sim, const struct overheard *o)
{
	forge_answer(sim, o);
	return random_percent(dice(sim), 20);
}

static bool speak(struct sim *sim, const struct overheard *o)
{
	forge_words(sim, o);
	return false;
}

/* --- */

static const struct overheard *keep(struct attacker *a, const struct carried *how,
				    struct bytes message)
{
	struct overheard *o = &a->kept[a->heard++ % OVERHEARD_MAX];

	mem_free(o->bytes);
	o->how = *how;
	o->bytes = mem_new(message.len);
	memcpy(o->bytes, message.ptr, message.len);
	o->len = message.len;
	return o;
}

static bool is_first_message(struct bytes message)
{
	struct ike_header h;

	return ike_header_read(message, &h) == WIRE_OK && h.exchange == EXCHANGE_IKE_SA_INIT &&
	       (h.flags & FLAG_RESPONSE) == 0;
}

bool attacker_takes(struct sim *sim, const struct carried *how, struct bytes message)
{
	static act *const acts[] = { drop,      hold_back, repeat,       repeat_old, reflect,
				     cut_short, flip,      answer_first, speak,      speak };
	struct attacker *a = &sim->adversity.attacker;
	const struct overheard *o;
	unsigned which;

	if (a->percent == 0)
		return false;
	o = keep(a, how, message);
	if (!random_percent(&a->random, a->percent))
		return false;
	which = random_below(&a->random, ARRAY_LEN(acts));
	if (is_first_message(message) && random_percent(&a->random, 50))
		return answer_first(sim, o);
	return acts[which](sim, o);
}

void attacker_touches(struct sim *sim, struct fake_wire *wire)
{
	struct attacker *a = &sim->adversity.attacker;

	if (a->percent != 0 && wire->encapsulated && random_percent(&a->random, a->percent))
		wire->source_port ^= (uint16_t)(1 + random_below(&a->random, 3));
}

void attacker_begin(struct sim *sim, uint32_t percent)
{
	struct attacker *a = &sim->adversity.attacker;

	a->random = random_stream(sim->seed, "attacker", 0);
	a->percent = percent;
}

void attacker_done(struct sim *sim)
{
	for (size_t i = 0; i < OVERHEARD_MAX; i++)
		mem_free(sim->adversity.attacker.kept[i].bytes);
}
