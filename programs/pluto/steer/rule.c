/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/rule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <string.h>

#include "base/mem.h"

enum { TRIES = 5 /* to list rules whose number grows meanwhile */ };

static int call(const struct nic_source *source, const char *name, void *command)
{
	return source->ethtool == NULL ? -EOPNOTSUPP
				       : source->ethtool(source->context, name, command);
}

/* Everything but destination and SPI is left open. */
static void describe(const struct rule *rule, struct ethtool_rx_flow_spec *out)
{
	*out = (struct ethtool_rx_flow_spec) { .ring_cookie = rule->queue };
	if (rule->destination.family == AF_INET) {
		out->flow_type = ESP_V4_FLOW;
		memcpy(&out->h_u.esp_ip4_spec.ip4dst, rule->destination.ip, 4);
		out->h_u.esp_ip4_spec.spi = htonl(rule->spi);
		out->m_u.esp_ip4_spec.ip4dst = out->m_u.esp_ip4_spec.spi = UINT32_MAX;
		return;
	}
	out->flow_type = ESP_V6_FLOW;
	memcpy(out->h_u.esp_ip6_spec.ip6dst, rule->destination.ip, 16);
	out->h_u.esp_ip6_spec.spi = htonl(rule->spi);
	memset(out->m_u.esp_ip6_spec.ip6dst, 0xff, 16);
	out->m_u.esp_ip6_spec.spi = UINT32_MAX;
}

/* Between whom, and what of that counts. Where nothing does, what is in it is the driver's affair. */
static bool says(const struct ethtool_rx_flow_spec *found, const struct ethtool_rx_flow_spec *wanted)
{
	if (found->flow_type != wanted->flow_type || found->ring_cookie != wanted->ring_cookie)
		return false;
	if (wanted->flow_type == ESP_V4_FLOW)
		return found->h_u.esp_ip4_spec.ip4dst == wanted->h_u.esp_ip4_spec.ip4dst &&
		       found->h_u.esp_ip4_spec.spi == wanted->h_u.esp_ip4_spec.spi &&
		       memcmp(&found->m_u.esp_ip4_spec, &wanted->m_u.esp_ip4_spec,
			      sizeof(wanted->m_u.esp_ip4_spec)) == 0;
	return memcmp(found->h_u.esp_ip6_spec.ip6dst, wanted->h_u.esp_ip6_spec.ip6dst, 16) == 0 &&
	       found->h_u.esp_ip6_spec.spi == wanted->h_u.esp_ip6_spec.spi &&
	       memcmp(&found->m_u.esp_ip6_spec, &wanted->m_u.esp_ip6_spec,
		      sizeof(wanted->m_u.esp_ip6_spec)) == 0;
}

/* The card's rules: *places, which is the caller's, and how large its table is. */
struct rules {
	uint32_t *places;
	uint32_t count, size;
	bool finds_place; /* the driver chooses where a new one goes */
};

static int count_rules(const struct nic_source *source, const char *name, struct rules *out)
{
	struct ethtool_rxnfc asked = { .cmd = ETHTOOL_GRXCLSRLCNT };
	int failed = call(source, name, &asked);

	if (failed)
		return failed;
	if (asked.rule_cnt > RULES_MAX)
		return -EINVAL; /* that cannot be */
	out->count = asked.rule_cnt;
	out->finds_place = (asked.data & RX_CLS_LOC_SPECIAL) != 0;
	return 0;
}

static int list_once(const struct nic_source *source, const char *name, struct rules *out)
{
	struct ethtool_rxnfc *all;
	int failed = count_rules(source, name, out);
	uint32_t room = out->count;

	if (failed)
		return failed;
	all = mem_new(sizeof(*all) + room * sizeof(uint32_t));
	all->cmd = ETHTOOL_GRXCLSRLALL;
	all->rule_cnt = room;
	failed = call(source, name, all);
	if (!failed && all->rule_cnt > room)
		failed = -EMSGSIZE;
	if (!failed) {
		out->count = all->rule_cnt;
		out->size = all->data > RULES_MAX ? RULES_MAX : (uint32_t)all->data;
		out->places = mem_new_array(room + 1, sizeof(uint32_t));
		memcpy(out->places, all->rule_locs, out->count * sizeof(uint32_t));
	}
	mem_free(all);
	return failed;
}

static int list_rules(const struct nic_source *source, const char *name, struct rules *out)
{
	int failed = -EMSGSIZE;

	*out = (struct rules) { .places = NULL };
	for (int i = 0; i < TRIES && failed == -EMSGSIZE; i++)
		failed = list_once(source, name, out);
	return failed;
}

static bool is_used(const struct rules *rules, uint32_t place)
{
	for (uint32_t i = 0; i < rules->count; i++) {
		if (rules->places[i] == place)
			return true;
	}
	return false;
}

/* From the end, where rules have the lowest priority and nobody counts on finding his own. */
static int choose_place(const struct rules *rules, uint32_t *out)
{
	if (rules->finds_place) {
		*out = RX_CLS_LOC_ANY;
		return 0;
	}
	for (uint32_t place = rules->size; place-- > 0;) {
		if (!is_used(rules, place)) {
			*out = place;
			return 0;
		}
	}
	return -ENOSPC;
}

int rule_insert(const struct nic_source *source, const char *name, const struct rule *rule)
{
	struct ethtool_rxnfc command = { .cmd = ETHTOOL_SRXCLSRLINS };
	struct rules rules;
	int failed = list_rules(source, name, &rules);

	if (!failed) {
		describe(rule, &command.fs);
		failed = choose_place(&rules, &command.fs.location);
	}
	mem_free(rules.places);
	return failed ? failed : call(source, name, &command);
}

static bool is_at(const struct nic_source *source, const char *name, uint32_t place,
		  const struct ethtool_rx_flow_spec *wanted)
{
	struct ethtool_rxnfc asked = { .cmd = ETHTOOL_GRXCLSRULE, .fs = { .location = place } };

	return call(source, name, &asked) == 0 && says(&asked.fs, wanted);
}

int rule_delete(const struct nic_source *source, const char *name, const struct rule *rule)
{
	struct ethtool_rxnfc command = { .cmd = ETHTOOL_SRXCLSRLDEL };
	struct ethtool_rx_flow_spec wanted;
	struct rules rules;
	int failed = list_rules(source, name, &rules);

	describe(rule, &wanted);
	if (!failed)
		failed = -ENOENT;
	for (uint32_t i = 0; i < rules.count && failed == -ENOENT; i++) {
		if (!is_at(source, name, rules.places[i], &wanted))
			continue;
		command.fs.location = rules.places[i];
		failed = call(source, name, &command);
	}
	mem_free(rules.places);
	return failed;
}
