/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "share.h"

#include <string.h>

#include "common/bench.h"
#include "crypto/crypto.h"

enum { PRICE_ROUNDS = 100000 };

static const char *const names[] = {
	"ke_start", "ke_respond", "ke_finish", "prf_compute", "prf_plus", "integ_compute",
	"aead_seal", "aead_open", "sha1_digest", "crypto_random",
};
enum which {
	KE_START, KE_RESPOND, KE_FINISH, PRF_COMPUTE, PRF_PLUS, INTEG_COMPUTE, AEAD_SEAL,
	AEAD_OPEN, SHA1_DIGEST, CRYPTO_RANDOM, WHICH_COUNT
};
_Static_assert(ARRAY_LEN(names) == WHICH_COUNT, "a name for each");

static struct {
	double seconds;
	unsigned long calls;
} spent[WHICH_COUNT];
static bool is_on;
static double price; /* of reading the clock once */
static double since_begin;

static double begin(void)
{
	return is_on ? bench_thread_cpu() : 0;
}

static void end(enum which which, double since)
{
	if (!is_on)
		return;
	spent[which].seconds += bench_thread_cpu() - since - price;
	spent[which].calls++;
}

void share_begin(void)
{
	double since = bench_thread_cpu();

	for (int i = 0; i < PRICE_ROUNDS; i++)
		(void)bench_thread_cpu();
	price = (bench_thread_cpu() - since) / PRICE_ROUNDS;
	memset(spent, 0, sizeof(spent));
	is_on = true;
	since_begin = bench_thread_cpu();
}

double share_end(void)
{
	double all = bench_thread_cpu() - since_begin, sum = 0;

	is_on = false;
	for (int i = 0; i < WHICH_COUNT; i++) {
		sum += spent[i].seconds;
		all -= 2 * price * (double)spent[i].calls;
	}
	return sum / all;
}

void share_tell(json_t *object, double per)
{
	for (int i = 0; i < WHICH_COUNT; i++) {
		json_t *one = json_object();

		if (spent[i].calls > 0) {
			bench_put(one, "calls", (double)spent[i].calls / per);
			bench_put(one, "us", spent[i].seconds * 1e6 / per);
			(void)json_object_set(object, names[i], one);
		}
		json_decref(one);
	}
}

/* --- what the linker puts in the place of the functions --- */

#define REAL(name) __real_##name
#define WRAP(which, name, parameters, arguments)            \
	enum crypto_status REAL(name) parameters;           \
	enum crypto_status __wrap_##name parameters;        \
	enum crypto_status __wrap_##name parameters         \
	{                                                   \
		double since = begin();                     \
		enum crypto_status status = REAL(name) arguments; \
                                                            \
		end(which, since);                          \
		return status;                              \
	}

WRAP(KE_START, ke_start, (const struct ke_desc *ke, struct ke_pair *out), (ke, out))
WRAP(KE_RESPOND, ke_respond,
     (const struct ke_desc *ke, struct bytes peer, struct ke_pair *out, struct secret *shared),
     (ke, peer, out, shared))
WRAP(KE_FINISH, ke_finish,
     (const struct ke_pair *pair, struct bytes peer, struct secret *out), (pair, peer, out))
WRAP(PRF_COMPUTE, prf_compute,
     (const struct prf_desc *prf, struct bytes key, const struct bytes *parts, size_t count,
      struct secret *out),
     (prf, key, parts, count, out))
WRAP(PRF_PLUS, prf_plus,
     (const struct prf_desc *prf, struct bytes key, const struct bytes *seed, size_t count,
      size_t len, struct secret *out),
     (prf, key, seed, count, len, out))
WRAP(INTEG_COMPUTE, integ_compute,
     (const struct integ_desc *integ, struct bytes key, struct bytes data, uint8_t *out),
     (integ, key, data, out))
WRAP(AEAD_SEAL, aead_seal,
     (const struct encr_desc *encr, struct bytes key, struct bytes iv, struct bytes aad,
      uint8_t *text, size_t len, uint8_t *icv),
     (encr, key, iv, aad, text, len, icv))
WRAP(AEAD_OPEN, aead_open,
     (const struct encr_desc *encr, struct bytes key, struct bytes iv, struct bytes aad,
      uint8_t *text, size_t len, const uint8_t *icv),
     (encr, key, iv, aad, text, len, icv))
WRAP(SHA1_DIGEST, sha1_digest, (const struct bytes *parts, size_t count, uint8_t *out),
     (parts, count, out))

void REAL(crypto_random)(uint8_t *out, size_t len);
void __wrap_crypto_random(uint8_t *out, size_t len);
void __wrap_crypto_random(uint8_t *out, size_t len)
{
	double since = begin();

	REAL(crypto_random)(out, len);
	end(CRYPTO_RANDOM, since);
}
