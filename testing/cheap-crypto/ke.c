/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diffie and Hellman's idea with numbers that fit a register, and randomness that is a counter. */

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "cheap-crypto/cheap.h"
#include "crypto/crypto.h"

enum { GENERATOR = 37 };
#define PRIME ((UINT64_C(1) << 61) - 1)

const char cheap_crypto_warning[] = "NO CRYPTOGRAPHY: this program is for simulations only";

enum crypto_start_result crypto_start(const char *nss_dir, char *why, size_t why_len)
{
	size_t len = sizeof(cheap_crypto_warning);

	if (nss_dir == NULL)
		return CRYPTO_STARTED_WITHOUT_DATABASE;
	memcpy(why, cheap_crypto_warning, len < why_len ? len : why_len);
	return CRYPTO_NOT_STARTED;
}

void crypto_stop(void)
{
}

void crypto_random(uint8_t *out, size_t len)
{
	static atomic_uint_fast64_t times;

	cheap_expand((struct cheap_digest) { { atomic_fetch_add(&times, 1), 1 } }, out, len);
}

/* All of it is the same to this one, and of none of it the lengths are wrong. */
const char *ke_missing(const struct ke_desc *ke)
{
	(void)ke;
	return NULL;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b % PRIME);
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
	uint64_t result = 1;

	for (; exponent != 0; exponent >>= 1) {
		if ((exponent & 1) != 0)
			result = multiply(result, base);
		base = multiply(base, base);
	}
	return result;
}

/* The number, and zeros. */
static void fill(struct ke_pair *out, const struct ke_desc *ke, uint64_t exponent, size_t len)
{
	uint64_t value = power(GENERATOR, exponent);

	*out = (struct ke_pair) { .ke = ke, .public_value = mem_new(len), .public_len = len };
	memcpy(out->public_value, &value, sizeof(value));
}

static uint64_t exponent_new(void)
{
	uint64_t exponent;

	crypto_random((uint8_t *)&exponent, sizeof(exponent));
	return 2 + exponent % (PRIME - 3);
}

static enum crypto_status agree(const struct ke_desc *ke, uint64_t exponent, struct bytes peer,
				size_t len, struct secret *out)
{
	uint64_t value, shared;
	struct bytes part = bytes_at(&shared, sizeof(shared));

	if (peer.len != len)
		return CRYPTO_BAD_INPUT;
	memcpy(&value, peer.ptr, sizeof(value));
	for (size_t i = sizeof(value); i < peer.len; i++)
		if (peer.ptr[i] != 0)
			return CRYPTO_BAD_INPUT;
	if (value <= 1 || value >= PRIME - 1)
		return CRYPTO_BAD_INPUT;
	shared = power(value, exponent);
	*out = secret_new(ke->shared_len);
	cheap_expand(cheap_digest((struct bytes) { 0 }, &part, 1), out->ptr, out->len);
	return CRYPTO_OK;
}

enum crypto_status ke_start(const struct ke_desc *ke, struct ke_pair *out)
{
	uint64_t exponent = exponent_new();

	fill(out, ke, exponent, ke->initiator_len);
	out->private_value = secret_copy(bytes_at(&exponent, sizeof(exponent)));
	return CRYPTO_OK;
}

enum crypto_status ke_respond(const struct ke_desc *ke, struct bytes initiator_public,
			      struct ke_pair *out, struct secret *shared)
{
	uint64_t exponent = exponent_new();
	enum crypto_status status =
		agree(ke, exponent, initiator_public, ke->initiator_len, shared);

	if (status == CRYPTO_OK)
		fill(out, ke, exponent, ke->responder_len);
	return status;
}

enum crypto_status ke_finish(const struct ke_pair *pair, struct bytes responder_public,
			     struct secret *out)
{
	uint64_t exponent;

	memcpy(&exponent, pair->private_value.ptr, sizeof(exponent));
	return agree(pair->ke, exponent, responder_public, pair->ke->responder_len, out);
}

struct bytes ke_pair_public(const struct ke_pair *pair)
{
	return bytes_at(pair->public_value, pair->public_len);
}

void ke_pair_done(struct ke_pair *pair)
{
	mem_free(pair->public_value);
	secret_done(&pair->private_value);
	*pair = (struct ke_pair) { 0 };
}
