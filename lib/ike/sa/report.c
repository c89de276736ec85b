/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdarg.h>
#include <stdio.h>

#include "ike/sa/world.h"

enum { REPORT_TEXT_MAX = 1024 };

static enum control_code class_of(enum report_kind kind)
{
	switch (kind) {
	case REPORT_ESTABLISHED:
		return CONTROL_ESTABLISHED;
	case REPORT_RETRANSMIT:
		return CONTROL_RETRANSMIT;
	case REPORT_REFUSED:
	case REPORT_TIMEOUT:
	case REPORT_HOSTILE:
	case REPORT_KERNEL_ERROR:
	case REPORT_INTERNAL_ERROR:
		return CONTROL_SERIOUS;
	default:
		return CONTROL_LOG;
	}
}

static PRINTF_LIKE(3, 0) void report(struct world *w, struct ike_report *r, const char *format,
				     va_list args)
{
	char text[REPORT_TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), format, args);
	r->text = text;
	r->class_ = class_of(r->kind);
	w->host.report(w->host.context, r);
}

/* Whoever reaches us can begin an IKE SA. */
static bool is_strangers(const struct ike_sa *sa, enum report_kind kind)
{
	return kind == REPORT_HOSTILE || sa->state == IKE_INIT_RECEIVED ||
	       sa->state == IKE_INIT_ANSWERED;
}

void report_ike(struct world *w, const struct ike_sa *sa, enum report_kind kind,
		const char *format, ...)
{
	struct ike_report r = {
		.kind = kind,
		.command = w->command,
		.name = ike_sa_name(w, sa),
		.serial = sa->serial,
		.peer = &sa->remote,
		.stranger = is_strangers(sa, kind),
	};
	va_list args;

	va_start(args, format);
	report(w, &r, format, args);
	va_end(args);
}

void report_child(struct world *w, const struct child_sa *child, enum report_kind kind,
		  const char *format, ...)
{
	char name[CHILD_NAME_MAX];
	struct ike_report r = {
		.kind = kind,
		.command = w->command,
		.name = child_sa_name(w, child, name),
		.serial = child->serial,
	};
	va_list args;

	va_start(args, format);
	report(w, &r, format, args);
	va_end(args);
}

void report_name(struct world *w, const char *name, enum report_kind kind, const char *format, ...)
{
	struct ike_report r = { .kind = kind, .command = w->command, .name = name };
	va_list args;

	va_start(args, format);
	report(w, &r, format, args);
	va_end(args);
}

void report_peer(struct world *w, const struct endpoint *peer, enum report_kind kind,
		 const char *format, ...)
{
	struct ike_report r = { .kind = kind, .peer = peer, .stranger = true };
	va_list args;

	va_start(args, format);
	report(w, &r, format, args);
	va_end(args);
}
