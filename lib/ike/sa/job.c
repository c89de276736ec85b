/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The work that leaves the loop. Runs on any thread and touches nothing but the job. */

#include "base/mem.h"
#include "ike/host.h"

void crypto_job_run(struct crypto_job *job)
{
	struct bytes peer = bytes_at(job->peer_public, job->peer_public_len);

	switch (job->kind) {
	case JOB_KE_START:
		job->status = ke_start(job->ke, &job->pair);
		break;
	case JOB_KE_RESPOND:
		job->status = ke_respond(job->ke, peer, &job->pair, &job->shared);
		break;
	case JOB_KE_FINISH:
		job->status = ke_finish(&job->pair, peer, &job->shared);
		break;
	}
}

void crypto_job_free(struct crypto_job *job)
{
	if (job == NULL)
		return;
	ke_pair_done(&job->pair);
	secret_done(&job->shared);
	mem_free(job->peer_public);
	mem_free(job);
}
