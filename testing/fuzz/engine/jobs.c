/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "jobs.h"

#include <string.h>

#include "base/mem.h"
#include "ike/host.h"
#include "../must.h"

void __wrap_crypto_job_run(struct crypto_job *job);

enum { KE_IDS = 64 }; /* more than there are */

/* An exchange that was made once, and is what all come to that nobody spoilt. */
static struct known_exchange {
	struct ke_pair initiator, responder;
	struct secret shared;
} known[KE_IDS];

static unsigned failures_left;

static const struct known_exchange *known_exchange(const struct ke_desc *ke)
{
	struct known_exchange *k = &known[ke->id];

	must((size_t)ke->id < KE_IDS);
	if (k->initiator.ke == NULL) {
		must(ke_start(ke, &k->initiator) == CRYPTO_OK);
		must(ke_respond(ke, ke_pair_public(&k->initiator), &k->responder, &k->shared) ==
		     CRYPTO_OK);
	}
	return k;
}

struct bytes jobs_public(uint16_t group, bool initiator)
{
	const struct known_exchange *k = known_exchange(ke_find(group));

	return ke_pair_public(initiator ? &k->initiator : &k->responder);
}

void jobs_fail(unsigned count)
{
	failures_left = count;
}

static struct ke_pair pair_copy(const struct ke_pair *from)
{
	struct ke_pair copy = *from;

	copy.public_value = mem_new(from->public_len);
	memcpy(copy.public_value, from->public_value, from->public_len);
	copy.private_value = secret_copy(secret_bytes(&from->private_value));
	return copy;
}

/* What was not spoilt is known; the rest is worked out. */
static void run(struct crypto_job *job, const struct known_exchange *k)
{
	struct bytes peer = bytes_at(job->peer_public, job->peer_public_len);
	bool responds = job->kind == JOB_KE_RESPOND;

	job->status = CRYPTO_OK;
	if (job->kind == JOB_KE_START) {
		job->pair = pair_copy(&k->initiator);
	} else if (!bytes_equal(peer, ke_pair_public(responds ? &k->initiator : &k->responder))) {
		job->status = responds ? ke_respond(job->ke, peer, &job->pair, &job->shared)
				       : ke_finish(&job->pair, peer, &job->shared);
	} else {
		if (responds)
			job->pair = pair_copy(&k->responder);
		job->shared = secret_copy(secret_bytes(&k->shared));
	}
}

void __wrap_crypto_job_run(struct crypto_job *job)
{
	if (failures_left > 0) {
		failures_left--;
		job->status = CRYPTO_FAILED;
		return;
	}
	run(job, known_exchange(job->ke));
}
