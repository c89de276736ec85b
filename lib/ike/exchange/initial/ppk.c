/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/initial/ppk.h"

#include <string.h>

#include "base/text.h"
#include "ike/exchange/initial/auth.h"

static const char peer_has_none[] =
	"the peer uses no post-quantum pre-shared key of ours, and ppk=insist";
static const char failed[] = "the keys could not be made";

static const struct secret_entry *find(const struct world *w, const struct ike_sa *sa,
				       struct bytes id)
{
	return secrets_find_ppk(&w->secrets, &sa->local_id, &sa->remote_id, id);
}

/* Takes the first name off a list with commas. false: it is empty. */
static bool next_id(const char **list, struct bytes *id)
{
	size_t len = *list == NULL ? 0 : strcspn(*list, ",");

	if (len == 0)
		return false;
	*id = bytes_at(*list, len);
	*list += len + ((*list)[len] == ',');
	return true;
}

/* What ppk= and ppk-ids= allow and ipsec.secrets has, the best one. */
static const struct secret_entry *choose(const struct world *w, const struct ike_sa *sa,
					 const struct connection *c)
{
	const char *ids = c->conf->ppk_ids;
	const struct secret_entry *found = NULL;
	struct bytes id;

	if (c->conf->ppk == PPK_NO)
		return NULL;
	if (ids == NULL)
		return find(w, sa, (struct bytes) { 0 });
	while (found == NULL && next_id(&ids, &id))
		found = find(w, sa, id);
	return found;
}

static bool may_use(const struct connection *c, struct bytes wanted)
{
	const char *ids = c->conf->ppk_ids;
	struct bytes id;

	if (c->conf->ppk == PPK_NO)
		return false;
	if (ids == NULL)
		return true;
	while (next_id(&ids, &id))
		if (bytes_equal(id, wanted))
			return true;
	return false;
}

static void report_used(struct world *w, const struct ike_sa *sa, const char *id)
{
	struct buffer text = { 0 };

	write_printable(&text, bytes_of_text(id), PPK_ID_MAX);
	report_ike(w, sa, REPORT_PROGRESS, "post-quantum pre-shared key \"%s\" is in the keys",
		   buffer_text(&text));
	buffer_done(&text);
}

/* --- initiator --- */

bool ppk_i_offer(struct world *w, struct ike_sa *sa, const struct connection *c)
{
	sa->ppk_offered = choose(w, sa, c) != NULL;
	return sa->ppk_offered || c->conf->ppk != PPK_INSIST;
}

bool ppk_i_answered(struct ike_sa *sa, const struct connection *c, const struct message *m)
{
	sa->use_ppk = sa->ppk_offered && m->use_ppk;
	return sa->use_ppk || c->conf->ppk != PPK_INSIST;
}

static void write_identity(const char *id, struct inner *inner)
{
	struct buffer data = { 0 };

	ppk_id_write(&data, PPK_ID_FIXED, bytes_of_text(id));
	inner_notify(inner, NOTIFY_PPK_IDENTITY, buffer_bytes(&data));
	buffer_done(&data);
}

/* With the key; where the peer may do without it, also the proof without it. */
static bool write_mixed(struct world *w, struct ike_sa *sa, const struct connection *c,
			const struct secret_entry *ppk, struct inner *inner)
{
	bool optional = c->conf->ppk != PPK_INSIST;
	struct secret plain = { 0 };
	bool ok = (!optional || auth_own_value(w, sa, &plain)) &&
		  ike_sa_mix_ppk(sa, secret_bytes(&ppk->key),
				 optional ? &sa->without_ppk : NULL) &&
		  auth_write_own(w, sa, inner);

	if (ok) {
		write_identity(ppk->ppk_id, inner);
		if (optional)
			inner_notify(inner, NOTIFY_NO_PPK_AUTH, secret_bytes(&plain));
	}
	secret_done(&plain);
	return ok;
}

const char *ppk_i_write_auth(struct world *w, struct ike_sa *sa, const struct connection *c,
			     struct inner *inner)
{
	static const char no_key[] = "no pre-shared key fits our and the peer's id";
	const struct secret_entry *ppk;

	if (!sa->use_ppk)
		return auth_write_own(w, sa, inner) ? NULL : no_key;
	ppk = choose(w, sa, c);
	if (ppk == NULL) /* said already that there is one */
		return "the post-quantum pre-shared key is gone";
	if (!write_mixed(w, sa, c, ppk, inner))
		return no_key;
	report_used(w, sa, ppk->ppk_id);
	return NULL;
}

const char *ppk_i_settle(struct world *w, struct ike_sa *sa, const struct connection *c,
			 const struct message *m)
{
	if (!sa->use_ppk || m->has_ppk_identity) {
		ike_keys_done(&sa->without_ppk);
		return NULL;
	}
	/* RFC 8784 3: only if it was told that it may. */
	if (c == NULL || sa->without_ppk.d.len == 0)
		return peer_has_none;
	ike_sa_unmix_ppk(sa, &sa->without_ppk);
	report_ike(w, sa, REPORT_PROGRESS, "the peer goes on without a post-quantum pre-shared key");
	return NULL;
}

/* --- responder --- */

void ppk_r_offered(struct world *w, struct ike_sa *sa, const struct message *m)
{
	struct connection_walk walk = connections_for_peer(&w->connections, &sa->local.address,
							   &sa->remote.address);
	const struct connection *c;

	if (!m->use_ppk || !secrets_have_ppk(&w->secrets))
		return;
	while ((c = connection_walk_next(&walk)) != NULL)
		if (c->conf->ppk != PPK_NO)
			sa->use_ppk = true;
}

static const struct secret_entry *find_named(const struct world *w, const struct ike_sa *sa,
					     const struct connection *c, const struct message *m)
{
	struct ppk_id named;

	if (ppk_id_read(m->ppk_identity, &named) != WIRE_OK || named.type != PPK_ID_FIXED ||
	    !may_use(c, named.id))
		return NULL;
	return find(w, sa, named.id);
}

const char *ppk_r_take(struct world *w, struct ike_sa *sa, const struct connection *c,
		       const struct message *m, struct bytes *auth)
{
	const struct secret_entry *ppk;

	if (!sa->use_ppk)
		return c->conf->ppk == PPK_INSIST ? peer_has_none : NULL;
	if (!m->has_ppk_identity)
		return "the peer does not name the post-quantum pre-shared key that it announced";
	ppk = find_named(w, sa, c, m);
	if (ppk == NULL && c->conf->ppk == PPK_INSIST)
		return peer_has_none;
	if (ppk == NULL && !m->has_no_ppk_auth)
		return "the peer insists on a post-quantum pre-shared key that is not ours";
	if (ppk == NULL) {
		*auth = m->no_ppk_auth;
		sa->use_ppk = false;
		return NULL;
	}
	if (!ike_sa_mix_ppk(sa, secret_bytes(&ppk->key), NULL))
		return failed;
	report_used(w, sa, ppk->ppk_id);
	return NULL;
}
