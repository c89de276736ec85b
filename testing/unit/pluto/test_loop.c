/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop's one timer, its signals, and the workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>

#include "base/mem.h"
#include "pluto/loop/clock.h"
#include "pluto/loop/loop.h"
#include "pluto/loop/workers.h"

struct deadlines {
	struct loop *loop;
	int64_t next;
	int calls;
};

static int64_t deadline(void *context)
{
	return ((struct deadlines *)context)->next;
}

static void on_time(void *context, int64_t now)
{
	struct deadlines *d = context;

	assert_true(now >= d->next);
	d->calls++;
	d->next = d->calls < 3 ? now + MILLISECONDS(1) : TIME_NEVER;
	if (d->calls == 3)
		loop_stop(d->loop, 7);
}

static void a_deadline_is_kept_as_often_as_it_is_set_anew(void **state)
{
	struct deadlines d = { .loop = loop_new(), .next = clock_now() - SECONDS(5) };
	struct loop_deadline calls = { &d, deadline, on_time };

	(void)state;
	loop_set_deadline(d.loop, &calls);
	assert_int_equal(loop_run(d.loop), 7);
	assert_int_equal(d.calls, 3);
	loop_free(d.loop);
}

static void a_deadline_is_never_early(void **state)
{
	struct deadlines d = { .loop = loop_new(), .next = clock_now() + MILLISECONDS(30),
			       .calls = 2 };
	struct loop_deadline calls = { &d, deadline, on_time };
	int64_t when = d.next;

	(void)state;
	loop_set_deadline(d.loop, &calls);
	loop_run(d.loop);
	assert_int_equal(d.calls, 3);
	assert_true(clock_now() >= when);
	loop_free(d.loop);
}

static void on_signal(void *context, int signal)
{
	loop_stop(context, signal);
}

static void a_signal_is_served_on_the_loop(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	loop_on_signal(loop, SIGUSR1, on_signal, loop);
	raise(SIGUSR1);
	assert_int_equal(loop_run(loop), SIGUSR1);
	loop_free(loop);
}

/* The engine's jobs are doubles here: what they would compute is of no matter. */
enum { JOBS = 3 * WORKERS_QUEUE_MAX };

struct homecoming {
	struct loop *loop;
	pthread_t loop_thread;
	size_t expected, home, failed;
	uint64_t order[JOBS];
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void run_job(struct crypto_job *job)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	job->status = CRYPTO_OK;
}

static void job_home(void *context, struct crypto_job *job)
{
	struct homecoming *h = context;

	assert_true(pthread_equal(pthread_self(), h->loop_thread));
	h->order[h->home++] = job->token;
	h->failed += job->status != CRYPTO_OK;
	crypto_job_free(job);
	if (h->home == h->expected)
		loop_stop(h->loop, 0);
}

static struct crypto_job *job_new(uint64_t token, bool urgent)
{
	struct crypto_job *job = NEW(struct crypto_job);

	job->token = token;
	job->urgent = urgent;
	return job;
}

static struct homecoming *homecoming_new(size_t expected)
{
	struct homecoming *h = NEW(struct homecoming);

	h->loop = loop_new();
	h->loop_thread = pthread_self();
	h->expected = expected;
	return h;
}

static void homecoming_free(struct homecoming *h, struct workers *w)
{
	workers_free(w);
	loop_free(h->loop);
	mem_free(h);
}

static void urgent_jobs_overtake_and_keep_their_order(void **state)
{
	struct homecoming *h = homecoming_new(7);
	struct workers *w;

	(void)state;
	pthread_mutex_lock(&gate);
	w = workers_new(h->loop, 1, run_job, job_home, h);
	assert_non_null(w);
	/* The first may be taken at once, before the urgent ones are there. */
	for (uint64_t i = 1; i <= 4; i++)
		workers_submit(w, job_new(i, false));
	for (uint64_t i = 101; i <= 103; i++)
		workers_submit(w, job_new(i, true));
	pthread_mutex_unlock(&gate);
	loop_run(h->loop);
	{
		size_t at = h->order[0] == 1 ? 1 : 0;

		assert_int_equal(h->order[at], 101);
		assert_int_equal(h->order[at + 1], 102);
		assert_int_equal(h->order[at + 2], 103);
		assert_int_equal(h->order[6], 4);
	}
	homecoming_free(h, w);
}

static void beyond_the_bound_a_job_comes_home_failed_unless_urgent(void **state)
{
	size_t many = WORKERS_QUEUE_MAX + 100;
	struct homecoming *h = homecoming_new(many + 1);
	struct workers *w;

	(void)state;
	pthread_mutex_lock(&gate);
	w = workers_new(h->loop, 1, run_job, job_home, h);
	for (size_t i = 0; i < many; i++)
		workers_submit(w, job_new(i + 1, false));
	workers_submit(w, job_new(9999999, true));
	pthread_mutex_unlock(&gate);
	loop_run(h->loop);
	/* One may have been taken by the thread. */
	assert_in_range(h->failed, 99, 100);
	homecoming_free(h, w);
}

static void without_threads_jobs_still_come_home_on_the_loop(void **state)
{
	struct homecoming *h = homecoming_new(2);
	struct workers *w = workers_new(h->loop, 0, run_job, job_home, h);

	(void)state;
	workers_submit(w, job_new(1, false));
	workers_submit(w, job_new(2, false));
	assert_int_equal(h->home, 0);
	loop_run(h->loop);
	assert_int_equal(h->home, 2);
	homecoming_free(h, w);
}

struct other {
	struct homecoming *h;
	size_t home_before;
};

static void on_other(evutil_socket_t fd, short what, void *context)
{
	struct other *other = context;

	(void)fd;
	(void)what;
	other->home_before = other->h->home;
}

static void however_many_come_home_others_have_their_turn(void **state)
{
	enum { MANY = 1000 };
	struct homecoming *h = homecoming_new(MANY);
	struct other other = { .h = h, .home_before = MANY };
	struct workers *w = workers_new(h->loop, 0, run_job, job_home, h);
	struct event *event = evtimer_new(loop_base(h->loop), on_other, &other);
	struct timeval now = { 0 };

	(void)state;
	for (uint64_t i = 0; i < MANY; i++)
		workers_submit(w, job_new(i, false));
	evtimer_add(event, &now);
	loop_run(h->loop);
	assert_int_equal(h->home, MANY);
	assert_true(other.home_before < MANY / 2);
	event_free(event);
	homecoming_free(h, w);
}

static void jobs_that_never_ran_are_freed(void **state)
{
	struct homecoming *h = homecoming_new(100);
	struct workers *w = workers_new(h->loop, 2, run_job, job_home, h);

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		workers_submit(w, job_new(i, i % 2));
	homecoming_free(h, w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_is_kept_as_often_as_it_is_set_anew),
		cmocka_unit_test(a_deadline_is_never_early),
		cmocka_unit_test(a_signal_is_served_on_the_loop),
		cmocka_unit_test(urgent_jobs_overtake_and_keep_their_order),
		cmocka_unit_test(beyond_the_bound_a_job_comes_home_failed_unless_urgent),
		cmocka_unit_test(without_threads_jobs_still_come_home_on_the_loop),
		cmocka_unit_test(however_many_come_home_others_have_their_turn),
		cmocka_unit_test(jobs_that_never_ran_are_freed),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
