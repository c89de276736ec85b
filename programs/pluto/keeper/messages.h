/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_MESSAGES_H
#define PLUTO_KEEPER_MESSAGES_H

#include "base/reader.h"
#include "ike/host.h"

/* What keeper and pluto say to each other, and the bodies of it. */
enum message {
	/* pluto to the keeper; keeper/requests.c has the table of what is served */
	MESSAGE_LISTENING = 1,  /* the kernel and the sockets are ready: load the connections */
	MESSAGE_SECRETS_PLEASE, /* u64 request */
	MESSAGE_UPDOWN,         /* updown_write() */
	MESSAGE_STARTED,        /* all is as the configuration wants it */
	MESSAGE_ALIVE,          /* for the service manager's watchdog */
	MESSAGE_FAILED,         /* u8 exit code, a sentence; pluto ends after it */
	MESSAGE_STEER,          /* steer/message.h: an inbound SA whose packets want its CPU */
	MESSAGE_STEER_END,      /* it is gone */
	MESSAGE_STEER_COUNT,    /* u64 request: how much was handed to which CPU? */
	/* the keeper to pluto */
	MESSAGE_SECRETS,        /* u64 request, secrets_write() */
	MESSAGE_NO_SECRETS,     /* u64 request, the reasons, one per line */
	MESSAGE_AUTOALL_ENDED,  /* addconn ended; a sentence where it failed, else nothing */
	MESSAGE_STEER_COUNTERS  /* u64 request, steer_counters_write() for each SA */
};

enum {
	TO_KEEPER_MAX = 8 * 1024,            /* bytes of a body */
	TO_PLUTO_MAX = 64 * 1024 * 1024
};

/* An updown request. Reading checks every field; *out is written only on success and `name`
 * gets the name that out->name points to. */
void updown_write(const struct ike_updown *updown, struct buffer *out);
MUST_CHECK bool updown_read(struct bytes body, struct ike_updown *out,
			    char name[CONN_NAME_MAX + 1]);

#endif
