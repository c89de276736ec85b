/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of an end: left= and what begins with left. Targets are the whole struct conf_end. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/option/option.h"

/* Words that libreswan takes as a host, and why we do not. */
static const struct {
	const char *word, *why;
} refused_hosts[] = {
	{ "%opportunistic", "opportunistic encryption is not there yet" },
	{ "%opportunisticgroup", "opportunistic encryption is not there yet" },
	{ "%group", "opportunistic encryption is not there yet" },
};

static const char *host_refusal(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(refused_hosts); i++) {
		if (text_equal_nocase(refused_hosts[i].word, text))
			return refused_hosts[i].why;
	}
	if (text[0] == '%')
		return "an interface's name is not there yet";
	if (strchr(text, ':') != NULL || text[strspn(text, "0123456789./")] == '\0')
		return "this is not an address";
	return "a host name would need DNS, which is not there yet";
}

static const struct {
	const char *word;
	uint16_t family;
} any_hosts[] = {
	{ "%any", AF_UNSPEC },   { "%any4", AF_INET }, { "%any6", AF_INET6 },
	{ "0.0.0.0", AF_INET }, { "::", AF_INET6 },
};

static bool any_host_parse(const char *text, struct conf_end *end)
{
	for (size_t i = 0; i < ARRAY_LEN(any_hosts); i++) {
		if (!text_equal_nocase(any_hosts[i].word, text))
			continue;
		end->any_host = true;
		end->any_family = any_hosts[i].family;
		return true;
	}
	return false;
}

static void any_host_print(const struct conf_end *end, struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LEN(any_hosts); i++)
		if (any_hosts[i].family == end->any_family) {
			write_text(out, any_hosts[i].word);
			return;
		}
}

static bool host_parse(const struct option *option, const char *text, void *target,
		       struct buffer *why)
{
	struct conf_end *end = target;
	struct address address;

	(void)option;
	end->any_host = false;
	end->default_route = text_equal_nocase(text, "%defaultroute");
	if (end->default_route || any_host_parse(text, end)) {
		end->host = (struct address) { 0 };
		return true;
	}
	if (!address_parse(text, &address) || address_is_any(&address)) {
		write_format(why, "%s; an IPv4 or IPv6 address, %%any or %%defaultroute is expected",
			     host_refusal(text));
		return false;
	}
	end->host = address;
	return true;
}

static void address_write(const struct address *address, struct buffer *out)
{
	char text[ADDRESS_TEXT_MAX];

	if (address_is_set(address))
		write_text(out, address_print(address, text));
}

static void host_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_end *end = source;

	(void)option;
	if (end->default_route && !address_is_set(&end->host))
		write_text(out, "%defaultroute");
	else if (end->any_host)
		any_host_print(end, out);
	else
		address_write(&end->host, out);
}

const struct option_kind kind_host = { "an address, %any, or %defaultroute", host_parse,
				       host_print, NULL };

static const char *id_refusal(const char *text)
{
	if (text_starts(text, "%"))
		return "only certificates and unauthenticated peers have that, "
		       "which are not there yet; ";
	if (strchr(text, '=') != NULL)
		return "a distinguished name needs certificates, which are not there yet; ";
	if (strchr(text, '@') == NULL && !text_starts(text, "@"))
		return "a bare name would be looked up in DNS, which is not there yet; ";
	return "";
}

static bool id_parse(const struct option *option, const char *text, void *target,
		     struct buffer *why)
{
	struct conf_end *end = target;
	struct identity id = { 0 };

	(void)option;
	end->any_id = text_equal_nocase(text, "%any");
	if (!end->any_id && !identity_parse(text, &id)) {
		write_format(why, "%san address, @name, user@name, @[keyid] or %%any is expected",
			     id_refusal(text));
		return false;
	}
	end->id = id;
	return true;
}

static void id_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_end *end = source;
	char text[IDENTITY_TEXT_MAX];

	(void)option;
	if (end->any_id)
		write_text(out, "%any");
	else if (end->id.type != 0)
		write_text(out, identity_print(&end->id, text));
}

const struct option_kind kind_id = { "an identity", id_parse, id_print, NULL };

static bool source_ip_parse(const struct option *option, const char *text, void *target,
			    struct buffer *why)
{
	struct conf_end *end = target;
	struct address address;

	(void)option;
	if (!address_parse(text, &address) || address_is_any(&address)) {
		write_text(why, "one IPv4 or IPv6 address is expected");
		return false;
	}
	end->source_ip = address;
	return true;
}

static void source_ip_print(const struct option *option, const void *source, struct buffer *out)
{
	(void)option;
	address_write(&((const struct conf_end *)source)->source_ip, out);
}

const struct option_kind kind_source_ip = { "an address", source_ip_parse, source_ip_print, NULL };

static bool next_hop_parse(const struct option *option, const char *text, void *target,
			   struct buffer *why)
{
	struct conf_end *end = target;
	struct address address = { 0 };

	(void)option;
	if (!text_equal_nocase(text, "%defaultroute") && !text_equal_nocase(text, "%direct") &&
	    (!address_parse(text, &address) || address_is_any(&address))) {
		write_text(why, "an IPv4 or IPv6 address or %defaultroute is expected");
		return false;
	}
	end->next_hop = address;
	return true;
}

static void next_hop_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_end *end = source;

	(void)option;
	if (address_is_set(&end->next_hop))
		address_write(&end->next_hop, out);
	else
		write_text(out, "%defaultroute");
}

const struct option_kind kind_next_hop = { "an address, or %defaultroute", next_hop_parse,
					   next_hop_print, NULL };

enum { UPDOWN_MAX = 1024 };

static bool updown_parse(const struct option *option, const char *text, void *target,
			 struct buffer *why)
{
	struct conf_end *end = target;
	bool none = text_equal(text, "%disabled") || text_equal(text, "ipsec _updown") ||
		    text_equal(text, "%none");

	(void)option;
	if (strlen(text) > UPDOWN_MAX || (!none && text[0] == '%')) {
		write_format(why, "a command of at most %d bytes is expected, or %%disabled",
			     UPDOWN_MAX);
		return false;
	}
	mem_free(end->updown);
	end->updown = none ? NULL : mem_text(text);
	return true;
}

static void updown_print(const struct option *option, const void *source, struct buffer *out)
{
	const struct conf_end *end = source;

	(void)option;
	write_text(out, end->updown == NULL ? "%disabled" : end->updown);
}

const struct option_kind kind_updown = { "a command, or %disabled", updown_parse,
					 updown_print, NULL };
