/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is the same for every backend: the order of changes, the ledger, neighbour discovery. */
#include "pluto/kernel/kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pluto/kernel/backend.h"
#include "pluto/kernel/ledger.h"

/* ICMPv6 types 133 to 137, which is RFC 4861's all, in ranges that a mask can name. */
static const uint8_t discovery_types[][2] = { { 133, 133 }, { 134, 135 }, { 136, 137 } };
static const enum kernel_direction discovery_directions[] = { KERNEL_IN, KERNEL_OUT };

enum {
	DISCOVERY_COUNT = ARRAY_LEN(discovery_types) * ARRAY_LEN(discovery_directions),
	DISCOVERY_PRIORITY = 0 /* before any other */
};

void kernel_say(char text[KERNEL_TEXT_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, KERNEL_TEXT_MAX, format, args);
	va_end(args);
}

static struct kernel_change discovery_change(size_t index, enum kernel_verb verb)
{
	const uint8_t *types = discovery_types[index % ARRAY_LEN(discovery_types)];
	const struct prefix everything = { .address = { .family = AF_INET6 }, .len = 0 };

	return (struct kernel_change) {
		.verb = verb,
		.policy = {
			.direction = discovery_directions[index / ARRAY_LEN(discovery_types)],
			.source = selector_of_prefix(&everything, IPPROTO_ICMPV6,
						     (uint16_t)(types[0] << 8),
						     (uint16_t)(types[1] << 8 | 0xff)),
			.destination = selector_of_prefix(&everything, IPPROTO_ICMPV6, 0, 0xffff),
			.kind = POLICY_PASS,
			.priority = DISCOVERY_PRIORITY,
		},
	};
}

static int discovery_start(struct kernel_backend *k, char text[KERNEL_TEXT_MAX])
{
	for (size_t i = 0; i < DISCOVERY_COUNT; i++) {
		struct kernel_change c = discovery_change(i, KERNEL_POLICY_SET);

		kernel_apply(k, &c, 1);
		if (c.result == -EAFNOSUPPORT) /* a kernel without IPv6 */
			return 0;
		if (c.result < 0) {
			kernel_say(text, "cannot let neighbour discovery pass: %s",
				   c.text[0] != '\0' ? c.text : strerror(-c.result));
			return c.result;
		}
	}
	return 0;
}

static void discovery_stop(struct kernel_backend *k)
{
	for (size_t i = 0; i < DISCOVERY_COUNT; i++) {
		struct kernel_change c = discovery_change(i, KERNEL_POLICY_DELETE);

		kernel_apply(k, &c, 1);
	}
}

int kernel_start(struct kernel_backend *k, struct kernel_facts *facts, char text[KERNEL_TEXT_MAX])
{
	struct kernel_facts found = { 0 };
	int result = 0;

	text[0] = '\0';
	if (k->ops->start != NULL)
		result = k->ops->start(k, &found, text);
	if (result < 0)
		return result;
	k->started = true;
	if (k->neighbour_discovery)
		result = discovery_start(k, text);
	if (result < 0) {
		kernel_stop(k);
		return result;
	}
	*facts = found;
	return 0;
}

void kernel_stop(struct kernel_backend *k)
{
	if (!k->started)
		return;
	if (k->neighbour_discovery)
		discovery_stop(k);
	if (k->ops->stop != NULL)
		k->ops->stop(k);
	k->started = false;
}

void kernel_free(struct kernel_backend *k)
{
	if (k == NULL)
		return;
	if (k->started && k->ops->stop != NULL)
		k->ops->stop(k);
	if (k->ops->free != NULL)
		k->ops->free(k);
	else
		mem_free(k);
}

static bool verb_makes(enum kernel_verb verb)
{
	return verb == KERNEL_SA_ADD || verb == KERNEL_POLICY_SET || verb == KERNEL_ROUTE_ADD;
}

/* What is certainly not in the kernel need not stay in the ledger. */
static bool change_left_nothing(const struct kernel_change *c, int result)
{
	if (!verb_makes(c->verb))
		return result == 0 || result == -ESRCH;
	if (result == 0)
		return c->verb == KERNEL_ROUTE_ADD && !c->route_made;
	return result != -ETIMEDOUT && result != -ENOBUFS;
}

/* The ledger names an SA by its destination: one that gets another is another to it. */
static int move_apply(struct kernel_backend *k, struct kernel_change *c)
{
	struct kernel_change there = { .verb = KERNEL_SA_ADD, .sa = c->sa };
	bool renamed = k->ledger != NULL && !address_equal(&c->sa.destination, &c->to.destination);
	int result = 0;

	there.sa.destination = c->to.destination;
	if (renamed)
		result = ledger_note(k->ledger, &there);
	if (result < 0) {
		kernel_say(c->text, "cannot write the ledger: %s", strerror(-result));
		return result;
	}
	result = k->ops->apply(k, c);
	if (renamed && result == 0)
		ledger_strike(k->ledger, c);
	else if (renamed && (result == -EOPNOTSUPP || result == -ESRCH))
		ledger_strike(k->ledger, &there);
	return result;
}

static int change_apply(struct kernel_backend *k, struct kernel_change *c)
{
	bool known = false;
	int result;

	if (k->ops->apply == NULL)
		return 0;
	if (c->verb == KERNEL_SA_MOVE)
		return move_apply(k, c);
	if (c->verb == KERNEL_SOURCE_FIND)
		return k->ops->apply(k, c);
	if (k->ledger != NULL && verb_makes(c->verb)) {
		result = ledger_note(k->ledger, c);
		if (result < 0) {
			kernel_say(c->text, "cannot write the ledger: %s", strerror(-result));
			return result;
		}
		known = result == 1;
	}
	result = k->ops->apply(k, c);
	/* Making what was there already failed: that one is still ours. */
	if (k->ledger != NULL && change_left_nothing(c, result) && !known)
		ledger_strike(k->ledger, c);
	return result;
}

/* The queries at the start of `changes`, of which there is at least one; how many they were. */
static size_t query_run(struct kernel_backend *k, struct kernel_change *changes, size_t count)
{
	size_t run = 1;

	if (k->ops->query == NULL) {
		changes->result = k->ops->apply == NULL ? 0 : k->ops->apply(k, changes);
		return run;
	}
	while (run < count && changes[run].verb == KERNEL_SA_QUERY)
		run++;
	k->ops->query(k, changes, run);
	return run;
}

void kernel_apply(struct kernel_backend *k, struct kernel_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		changes[i].result = -ECANCELED;
		changes[i].text[0] = '\0';
		changes[i].counters = (struct kernel_counters) { 0 };
		changes[i].route_made = false;
		changes[i].source = (struct address) { 0 };
	}
	for (size_t i = 0; i < count;) {
		if (changes[i].verb == KERNEL_SA_QUERY) {
			i += query_run(k, changes + i, count - i);
			continue;
		}
		changes[i].result = change_apply(k, &changes[i]);
		if (changes[i].result < 0)
			return;
		i++;
	}
}

size_t kernel_remove_stale(struct kernel_backend *k)
{
	struct kernel_change c;
	size_t removed = 0;

	if (k->ledger == NULL || k->ops->owns == NULL)
		return 0;
	while (ledger_next_stale(k->ledger, &c)) {
		if (!k->ops->owns(k, &c)) {
			ledger_strike(k->ledger, &c);
			continue;
		}
		kernel_apply(k, &c, 1);
		if (c.result == 0)
			removed++;
	}
	return removed;
}

int kernel_event_fd(const struct kernel_backend *k)
{
	return k->ops->event_fd == NULL ? -1 : k->ops->event_fd(k);
}

void kernel_read_events(struct kernel_backend *k, const struct kernel_events *events)
{
	if (k->ops->read_events != NULL)
		k->ops->read_events(k, events);
}

int kernel_address_fd(const struct kernel_backend *k)
{
	return k->ops->address_fd == NULL ? -1 : k->ops->address_fd(k);
}

bool kernel_drain_addresses(struct kernel_backend *k)
{
	return k->ops->drain_addresses != NULL && k->ops->drain_addresses(k);
}

int kernel_list_addresses(struct kernel_backend *k, struct address **list, size_t *count)
{
	if (k->ops->list_addresses != NULL)
		return k->ops->list_addresses(k, list, count);
	*list = NULL;
	*count = 0;
	return 0;
}

unsigned kernel_find_device(struct kernel_backend *k, const struct address *to)
{
	return k->ops->find_device == NULL ? 0 : k->ops->find_device(k, to);
}

int kernel_bypass_socket(struct kernel_backend *k, int fd, uint16_t family)
{
	return k->ops->bypass_socket == NULL ? 0 : k->ops->bypass_socket(k, fd, family);
}

int kernel_encapsulate_socket(struct kernel_backend *k, int fd)
{
	return k->ops->encapsulate_socket == NULL ? 0 : k->ops->encapsulate_socket(k, fd);
}
