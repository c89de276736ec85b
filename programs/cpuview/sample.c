/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void sample_done(struct sample *s)
{
	mem_free(s->sas);
	mem_free(s->steered);
	mem_free(s->online);
	mem_free(s->loads);
	*s = (struct sample) { 0 };
}

static bool number_of(const json_t *object, const char *key, uint64_t *out)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*out = (uint64_t)json_integer_value(value);
	return true;
}

/* Names of a terminal's control characters would do more than be shown. */
static void copy_name(char *out, size_t out_len, const json_t *text)
{
	const char *value = json_string_value(text);

	(void)snprintf(out, out_len, "%s", value == NULL ? "" : value);
	for (char *p = out; *p != '\0'; p++)
		if ((uint8_t)*p < ' ' || (uint8_t)*p >= 0x7f)
			*p = '?';
}

static void need_cpus(struct sample *s, uint32_t count)
{
	if (count <= s->cpu_count)
		return;
	s->online = mem_grow(s->online, count, sizeof(*s->online));
	memset(s->online + s->cpu_count, 0, (count - s->cpu_count) * sizeof(*s->online));
	s->cpu_count = count;
}

static void add_sa(struct sample *s, const json_t *traffic)
{
	struct sa_seen sa = { .cpu = -1 };
	uint64_t serial, cpu;

	if (!number_of(traffic, "serial", &serial))
		return;
	sa.serial = (uint32_t)serial;
	copy_name(sa.name, sizeof(sa.name), json_object_get(traffic, "name"));
	if (number_of(traffic, "cpu", &cpu) && cpu < CPU_MAX) {
		sa.cpu = (int32_t)cpu;
		need_cpus(s, (uint32_t)cpu + 1);
	}
	sa.in_set = json_is_string(json_object_get(traffic, "set"));
	sa.spare = json_is_true(json_object_get(traffic, "spare"));
	sa.in.known = number_of(traffic, "in_packets", &sa.in.packets) &&
		      number_of(traffic, "in_bytes", &sa.in.bytes);
	sa.out.known = number_of(traffic, "out_packets", &sa.out.packets) &&
		       number_of(traffic, "out_bytes", &sa.out.bytes);
	if (s->sa_count == s->sa_capacity) {
		s->sa_capacity = s->sa_capacity == 0 ? 32 : s->sa_capacity * 2;
		s->sas = mem_grow(s->sas, s->sa_capacity, sizeof(*s->sas));
	}
	s->sas[s->sa_count++] = sa;
}

static void add_steered(struct sample *s, const json_t *steered)
{
	const char *spi = json_string_value(json_object_get(steered, "spi_in"));
	struct steered_seen seen = { 0 };
	uint64_t cpu;

	if (spi == NULL || !number_of(steered, "cpu", &cpu) || cpu >= CPU_MAX ||
	    !number_of(steered, "packets", &seen.packets))
		return;
	seen.spi = (uint32_t)strtoul(spi, NULL, 16);
	seen.cpu = (uint32_t)cpu;
	seen.encapsulated = json_is_true(json_object_get(steered, "encapsulation"));
	copy_name(seen.local, sizeof(seen.local), json_object_get(steered, "local"));
	need_cpus(s, seen.cpu + 1);
	if (s->steered_count == s->steered_capacity) {
		s->steered_capacity = s->steered_capacity == 0 ? 32 : s->steered_capacity * 2;
		s->steered = mem_grow(s->steered, s->steered_capacity, sizeof(*s->steered));
	}
	s->steered[s->steered_count++] = seen;
}

static void add_kernel(struct sample *s, const json_t *kernel)
{
	const char *online = json_string_value(json_object_get(kernel, "cpus_online"));
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t count;

	s->per_cpu = json_is_true(json_object_get(kernel, "per_cpu"));
	copy_name(s->dialect, sizeof(s->dialect), json_object_get(kernel, "dialect"));
	if (online != NULL && cpus_parse(online, ids, &count))
		for (uint32_t i = 0; i < count; i++) {
			need_cpus(s, ids[i] + 1u);
			s->online[ids[i]] = true;
		}
	mem_free(ids);
}

static void add_way(struct sample *s, const json_t *way)
{
	char device[NIC_NAME_MAX];

	copy_name(device, sizeof(device), json_object_get(way, "device"));
	for (size_t i = 0; i < s->device_count; i++)
		if (text_equal(s->devices[i], device))
			return;
	if (*device != '\0' && s->device_count < DEVICES_MAX)
		memcpy(s->devices[s->device_count++], device, sizeof(device));
}

void sample_add_record(struct sample *s, const json_t *record)
{
	static const struct {
		const char *key;
		void (*add)(struct sample *s, const json_t *body);
	} kinds[] = { { "traffic", add_sa }, { "kernel", add_kernel }, { "way", add_way },
		      { "steered", add_steered } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const json_t *body = json_object_get(record, kinds[i].key);

		if (json_is_object(body))
			kinds[i].add(s, body);
	}
	s->set_count += json_is_object(json_object_get(record, "set"));
}

static int by_serial(const void *a, const void *b)
{
	const struct sa_seen *x = a, *y = b;

	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static int by_spi(const void *a, const void *b)
{
	const struct steered_seen *x = a, *y = b;

	if (x->spi != y->spi)
		return x->spi < y->spi ? -1 : 1;
	if (x->encapsulated != y->encapsulated)
		return x->encapsulated ? 1 : -1;
	return strcmp(x->local, y->local);
}

const struct steered_seen *sample_find_steered(const struct sample *s,
					       const struct steered_seen *which)
{
	if (s->steered_count == 0)
		return NULL;
	return bsearch(which, s->steered, s->steered_count, sizeof(*which), by_spi);
}

void sample_complete(struct sample *s, const char *root, int64_t when)
{
	s->when = when;
	if (s->sa_count > 1)
		qsort(s->sas, s->sa_count, sizeof(*s->sas), by_serial);
	if (s->steered_count > 1)
		qsort(s->steered, s->steered_count, sizeof(*s->steered), by_spi);
	s->loads = mem_new_array(s->cpu_count == 0 ? 1 : s->cpu_count, sizeof(*s->loads));
	facts_read_loads(root, s->loads, s->cpu_count);
}
