/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_LOOP_WORKERS_H
#define PLUTO_LOOP_WORKERS_H

#include "ike/host.h"
#include "pluto/loop/loop.h"

/*
 * Threads that run crypto jobs. Urgent ones go first, each kind in its order; the results come
 * home on the loop. Locks are in workers.c only.
 */
struct workers;

enum { WORKERS_MAX = 256, WORKERS_QUEUE_MAX = 8192 };

/* done() is called on the loop and takes the job. count 0: jobs run on the loop itself. NULL:
 * no thread could be started. */
struct workers *workers_new(struct loop *loop, unsigned int count,
			    void (*run)(struct crypto_job *job),
			    void (*done)(void *context, struct crypto_job *job), void *context);
/* Waits for the jobs being run; frees the others. */
void workers_free(struct workers *workers);

/*
 * Takes the job. Where WORKERS_QUEUE_MAX are waiting, one that is not urgent comes home as
 * CRYPTO_FAILED; urgent ones are bounded by whoever makes them.
 */
void workers_submit(struct workers *workers, struct crypto_job *job);

#endif
