/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/initial/auth.h"

#include "ike/auth/psk.h"
#include "ike/exchange/create/rekey.h"
#include "ike/exchange/path/path.h"

struct id_payload id_payload_of(const struct identity *id)
{
	return (struct id_payload) { id->type, bytes_at(id->data, id->len) };
}

bool auth_take_id(const struct message *m, uint8_t type, struct identity *out)
{
	struct id_payload id;

	return id_read(message_body(m, type), &id) == WIRE_OK &&
	       identity_from(id.type, id.data, out);
}

static const struct secret *find_key(struct world *w, const struct ike_sa *sa)
{
	bool ambiguous;

	return secrets_find(&w->secrets, &sa->local_id, &sa->remote_id, &ambiguous);
}

bool auth_own_value(struct world *w, const struct ike_sa *sa, struct secret *out)
{
	const struct secret *key = find_key(w, sa);
	struct id_payload id = id_payload_of(&sa->local_id);

	return key != NULL && psk_auth(sa, PSK_OURS, secret_bytes(key), &id, out);
}

bool auth_write_own(struct world *w, const struct ike_sa *sa, struct inner *inner)
{
	struct id_payload id = id_payload_of(&sa->local_id);
	struct secret value = { 0 };

	if (!auth_own_value(w, sa, &value))
		return false;
	payload_begin(&inner->writer, sa->role == ROLE_INITIATOR ? PAYLOAD_IDI : PAYLOAD_IDR,
		      false);
	id_write(&inner->chain, &id);
	payload_end(&inner->writer);
	payload_begin(&inner->writer, PAYLOAD_AUTH, false);
	auth_write(&inner->chain, AUTH_SHARED_KEY, secret_bytes(&value));
	payload_end(&inner->writer);
	secret_done(&value);
	return true;
}

/* NULL: `data` is what the peer's key makes of this IKE SA; else why not. */
static const char *verify(const struct ike_sa *sa, const struct secret *key, struct bytes data)
{
	struct id_payload id = id_payload_of(&sa->remote_id);
	struct secret expected = { 0 };
	bool ok;

	if (!psk_auth(sa, PSK_THEIRS, secret_bytes(key), &id, &expected))
		return "the cryptographic provider failed";
	ok = bytes_equal_secret(secret_bytes(&expected), data);
	secret_done(&expected);
	return ok ? NULL : "its proof was not made with our pre-shared key";
}

bool auth_verify(struct world *w, const struct ike_sa *sa, const struct message *m,
		 struct bytes data)
{
	const struct secret *key = find_key(w, sa);
	char id[IDENTITY_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];
	struct auth_payload auth;
	const char *why;

	if (auth_read(message_body(m, PAYLOAD_AUTH), &auth) != WIRE_OK)
		why = "its proof is malformed";
	else if (auth.method != AUTH_SHARED_KEY)
		why = "it uses another method than a pre-shared key";
	else if (key == NULL)
		why = "there is no one pre-shared key for it and us";
	else
		why = verify(sa, key, data.len > 0 ? data : auth.data);
	if (why != NULL)
		report_ike(w, sa, REPORT_REFUSED, "authentication of '%s' at %s failed: %s",
			   identity_print(&sa->remote_id, id), endpoint_print(&sa->remote, peer),
			   why);
	return why == NULL;
}

void auth_write_contact(struct world *w, const struct ike_sa *sa, struct inner *inner)
{
	const struct connection *c = ike_sa_connection(w, sa);

	if (c != NULL && c->conf->initial_contact && ike_sa_is_only(w, sa))
		inner_notify(inner, NOTIFY_INITIAL_CONTACT, (struct bytes) { 0 });
}

void auth_write_window(const struct world *w, struct inner *inner)
{
	uint32_t window = w->setup->ike_window;
	uint8_t data[4] = { (uint8_t)(window >> 24), (uint8_t)(window >> 16),
			    (uint8_t)(window >> 8), (uint8_t)window };

	if (window > 1)
		inner_notify(inner, NOTIFY_SET_WINDOW_SIZE, BYTES_OF(data));
}

/* Every dpddelay= without a sign of life the peer is asked for one. */
static void arm_liveness(struct world *w, struct ike_sa *sa, const struct connection *c)
{
	if (c->conf->dpd_delay > 0)
		timer_set(w, &sa->liveness_timer, TIMER_LIVENESS, w->now + c->conf->dpd_delay);
}

void auth_establish(struct world *w, struct ike_sa *sa, uint32_t window)
{
	const struct connection *c = ike_sa_connection(w, sa);
	int64_t due;

	if (window == 0)
		window = 1;
	sa->last_heard = w->now;
	ike_sa_leave_half_open(w, sa);
	timer_stop(w, &sa->half_open_timer);
	ike_sa_forget_initial(sa);
	sa->established = w->now;
	if (sa->rank == 0)
		sa->rank = w->next_id++;
	w->established++;
	/* RFC 7296 2.3: as much as both allow. */
	sa->peer_window = window < w->setup->ike_window ? window : w->setup->ike_window;
	if (c != NULL) {
		timer_set(w, &sa->life_timer, TIMER_IKE_LIFE, w->now + c->conf->ike_lifetime);
		due = rekey_due(w, c, c->conf->ike_lifetime, sa->role);
		if (due != TIME_NEVER)
			timer_set(w, &sa->rekey_timer, TIMER_IKE_REKEY, due);
		arm_liveness(w, sa, c);
	}
	path_keep_alive(w, sa);
}
