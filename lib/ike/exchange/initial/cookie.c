/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/exchange/initial/cookie.h"

#include <string.h>

#include "base/mem.h"

#define ROTATE_EVERY SECONDS(60)

static struct prf_key *fresh_key(struct world *w)
{
	uint8_t secret[SHA256_LEN];
	struct prf_key *key;

	world_random(w, secret, sizeof(secret));
	key = prf_key_new(prf_find(PRF_HMAC_SHA2_256), BYTES_OF(secret));
	mem_wipe(secret, sizeof(secret));
	return key;
}

static void rotate(struct world *w)
{
	struct cookie_secrets *c = &w->cookies;

	if (c->rotate_at > w->now)
		return;
	prf_key_free(c->previous);
	c->previous = c->current;
	/* Nobody asked for long, and what was current is too old by now. */
	if (c->rotate_at + ROTATE_EVERY <= w->now) {
		prf_key_free(c->previous);
		c->previous = NULL;
	}
	c->current = fresh_key(w);
	c->version++;
	c->rotate_at = w->now + ROTATE_EVERY;
}

/* Version | prf(secret, Ni | IPi | SPIi). */
static bool compute(struct prf_key *key, uint8_t version, const struct message *m,
		    uint8_t out[COOKIE_LEN])
{
	uint64_t spi = m->header.spi_i;
	struct bytes parts[3] = {
		message_body(m, PAYLOAD_NONCE),
		address_bytes(&m->remote.address),
		bytes_at(&spi, sizeof(spi)),
	};
	uint8_t mac[PRF_OUTPUT_MAX];

	if (key == NULL || prf_key_compute(key, parts, ARRAY_LEN(parts), mac) != CRYPTO_OK)
		return false;
	out[0] = version;
	memcpy(out + 1, mac, SHA256_LEN);
	return true;
}

static bool is_previous(const struct cookie_secrets *c, const struct message *m)
{
	uint8_t version = (uint8_t)(c->version - 1), expected[COOKIE_LEN];

	return m->cookie.ptr[0] == version && compute(c->previous, version, m, expected) &&
	       bytes_equal_secret(BYTES_OF(expected), m->cookie);
}

/* One without a cookie costs one HMAC: the flood is of those. */
enum cookie_status cookie_check(struct world *w, const struct message *m, uint8_t out[COOKIE_LEN])
{
	const struct cookie_secrets *c = &w->cookies;
	bool has_one = m->has_cookie && m->cookie.len == COOKIE_LEN;
	uint8_t expected[COOKIE_LEN];

	rotate(w);
	if (!compute(c->current, c->version, m, expected))
		return COOKIE_FAILED;
	if (has_one && (bytes_equal_secret(BYTES_OF(expected), m->cookie) || is_previous(c, m)))
		return COOKIE_GOOD;
	memcpy(out, expected, sizeof(expected));
	return COOKIE_WANTED;
}
