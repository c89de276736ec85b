/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an updown command is told, in variables named as libreswan's. A client that is just the
 * host itself makes "up-host", others "up-client"; IPv6 adds "-v6".
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pluto/keeper/updown.h"

enum { VARIABLES_MAX = 40, VALUE_MAX = IDENTITY_TEXT_MAX + 64 };

struct environment {
	char **list;
	size_t count;
};

static void set(struct environment *e, const char *format, ...) PRINTF_LIKE(2, 3);

static void set(struct environment *e, const char *format, ...)
{
	char text[VALUE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (e->count < VARIABLES_MAX)
		e->list[e->count++] = mem_text(text);
}

static bool is_host(const struct selector *s, const struct address *host)
{
	return address_equal(&s->start, host) && address_equal(&s->end, host);
}

static const char *verb_name(enum updown_verb verb)
{
	switch (verb) {
	case UPDOWN_UP: return "up";
	case UPDOWN_DOWN: return "down";
	case UPDOWN_ROUTE: return "route";
	case UPDOWN_UNROUTE: return "unroute";
	}
	return "";
}

static struct address mask_of(const struct prefix *p)
{
	struct address mask = { .family = p->address.family };

	for (uint8_t i = 0; i < p->len && i < 128; i++)
		mask.ip[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return mask;
}

static void set_client(struct environment *e, const char *whose, const struct selector *s)
{
	struct prefix p = selector_cover(s);
	struct address mask = mask_of(&p);
	char text[ADDRESS_TEXT_MAX];

	set(e, "PLUTO_%s_CLIENT_NET=%s", whose, address_print(&p.address, text));
	set(e, "PLUTO_%s_CLIENT=%s/%u", whose, text, p.len);
	set(e, "PLUTO_%s_CLIENT_MASK=%s", whose, address_print(&mask, text));
	set(e, "PLUTO_%s_PROTOCOL=%u", whose, s->protocol);
	set(e, "PLUTO_%s_PORT=%u", whose, s->port_start == s->port_end ? s->port_start : 0);
}

static void set_end(struct environment *e, const char *end, const char *whose,
		    const struct address *host, const struct identity *id)
{
	char text[ADDRESS_TEXT_MAX], name[IDENTITY_TEXT_MAX];

	set(e, "PLUTO_%s=%s", end, address_print(host, text));
	set(e, "PLUTO_%s_ID=%s", whose, identity_print(id, name));
}

static void set_address(struct environment *e, const char *name, const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];

	if (address_is_set(a))
		set(e, "%s=%s", name, address_print(a, text));
}

char **updown_environment(const struct ike_updown *u)
{
	struct environment e = { .list = mem_new_array(VARIABLES_MAX + 1, sizeof(char *)) };
	bool v6 = u->local_selector.start.family == AF_INET6;

	set(&e, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	set(&e, "PLUTO_VERSION=2.0");
	set(&e, "PLUTO_VERB=%s-%s%s", verb_name(u->verb),
	    is_host(&u->local_selector, &u->local) ? "host" : "client", v6 ? "-v6" : "");
	set(&e, "PLUTO_CONNECTION=%s", u->name);
	set(&e, "PLUTO_CONNECTION_TYPE=%s", u->mode == TYPE_TUNNEL ? "tunnel" : "transport");
	set(&e, "PLUTO_CLIENT_FAMILY=%s", v6 ? "ipv6" : "ipv4");
	set(&e, "PLUTO_STACK=xfrm");
	set(&e, "PLUTO_SA_TYPE=ESP");
	set(&e, "PLUTO_SA_REQID=%u", u->reqid);
	set_end(&e, "ME", "MY", &u->local, &u->local_id);
	set_end(&e, "PEER", "PEER", &u->remote, &u->remote_id);
	set_client(&e, "MY", &u->local_selector);
	set_client(&e, "PEER", &u->remote_selector);
	set_address(&e, "PLUTO_MY_SOURCEIP", &u->source_ip);
	set_address(&e, "PLUTO_NEXT_HOP",
		    address_is_set(&u->next_hop) ? &u->next_hop : &u->remote);
	return e.list;
}

void updown_environment_free(char **environment)
{
	for (size_t i = 0; environment[i]; i++)
		mem_free(environment[i]);
	mem_free(environment);
}
