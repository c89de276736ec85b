/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/loop/workers.h"

enum { HOME_BATCH = 32 }; /* results per turn of the loop */

struct job_queue {
	struct crypto_job *first, **last;
	size_t count;
};

struct workers {
	void (*run)(struct crypto_job *job);
	void (*done)(void *context, struct crypto_job *job);
	void *context;
	struct event *home_event;
	int home_fd;
	pthread_t *threads;
	unsigned int thread_count;

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t work;
	struct job_queue urgent, ordinary, home;
	bool stopping;
};

static void queue_init(struct job_queue *q)
{
	*q = (struct job_queue) { .last = &q->first };
}

static void queue_put(struct job_queue *q, struct crypto_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
	q->count++;
}

static struct crypto_job *queue_take(struct job_queue *q)
{
	struct crypto_job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->last = &q->first;
	q->count--;
	job->next = NULL;
	return job;
}

static void ring_home(struct workers *w)
{
	uint64_t one = 1;
	ssize_t written = write(w->home_fd, &one, sizeof(one));

	/* Fails only where the counter is full: then the loop will wake up anyway. */
	(void)written;
}

static void go_home(struct workers *w, struct crypto_job *job)
{
	pthread_mutex_lock(&w->lock);
	queue_put(&w->home, job);
	pthread_mutex_unlock(&w->lock);
	ring_home(w);
}

/* Waits; NULL when it is time to end. */
static struct crypto_job *next_job(struct workers *w)
{
	struct crypto_job *job = NULL;

	pthread_mutex_lock(&w->lock);
	while (!w->stopping && !w->urgent.count && !w->ordinary.count)
		pthread_cond_wait(&w->work, &w->lock);
	if (!w->stopping)
		job = queue_take(w->urgent.count ? &w->urgent : &w->ordinary);
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void *worker_main(void *context)
{
	struct workers *w = context;
	struct crypto_job *job;

	while ((job = next_job(w))) {
		w->run(job);
		go_home(w, job);
	}
	return NULL;
}

static void on_home(evutil_socket_t fd, short what, void *context)
{
	struct workers *w = context;
	struct crypto_job *job;
	uint64_t rung;
	ssize_t got = read(w->home_fd, &rung, sizeof(rung));

	(void)fd;
	(void)what;
	(void)got; /* nothing rung: the queue is empty, too */
	for (int i = 0; i < HOME_BATCH; i++) {
		pthread_mutex_lock(&w->lock);
		job = queue_take(&w->home);
		pthread_mutex_unlock(&w->lock);
		if (!job)
			return;
		w->done(w->context, job);
	}
	ring_home(w); /* there may be more, after others had their turn */
}

/* Signals are for the loop's thread. */
static void start_threads(struct workers *w, unsigned int count)
{
	sigset_t all, before;

	w->threads = mem_new_array(count, sizeof(*w->threads));
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (w->thread_count < count &&
	       !pthread_create(&w->threads[w->thread_count], NULL, worker_main, w))
		w->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct workers *workers_new(struct loop *loop, unsigned int count,
			    void (*run)(struct crypto_job *job),
			    void (*done)(void *context, struct crypto_job *job), void *context)
{
	struct workers *w = NEW(struct workers);

	*w = (struct workers) { .run = run, .done = done, .context = context };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	queue_init(&w->urgent);
	queue_init(&w->ordinary);
	queue_init(&w->home);
	w->home_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->home_event = event_new(loop_base(loop), w->home_fd, EV_READ | EV_PERSIST, on_home, w);
	assert(w->home_event);
	start_threads(w, count < WORKERS_MAX ? count : WORKERS_MAX);
	if (w->home_fd < 0 || event_add(w->home_event, NULL) || (count && !w->thread_count)) {
		workers_free(w);
		return NULL;
	}
	return w;
}

static void queue_drop(struct job_queue *q)
{
	struct crypto_job *job;

	while ((job = queue_take(q)))
		crypto_job_free(job);
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (unsigned int i = 0; i < w->thread_count; i++)
		pthread_join(w->threads[i], NULL);
	queue_drop(&w->urgent);
	queue_drop(&w->ordinary);
	queue_drop(&w->home);
	event_free(w->home_event);
	if (w->home_fd >= 0)
		close(w->home_fd);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	mem_free(w->threads);
	mem_free(w);
}

static bool admit(struct workers *w, struct crypto_job *job)
{
	bool full;

	pthread_mutex_lock(&w->lock);
	full = !job->urgent && w->ordinary.count >= WORKERS_QUEUE_MAX;
	if (!full) {
		queue_put(job->urgent ? &w->urgent : &w->ordinary, job);
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	return !full;
}

void workers_submit(struct workers *w, struct crypto_job *job)
{
	if (!w->thread_count) {
		w->run(job);
		go_home(w, job);
	} else if (!admit(w, job)) {
		job->status = CRYPTO_FAILED;
		go_home(w, job);
	}
}
