/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DAEMON_PLUTOS_H
#define BENCH_DAEMON_PLUTOS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "client/client.h"
#include "timed.h"

/*
 * Real daemons with kernel=none, each in a network namespace and a folder of its own. Nothing of the
 * host's network changes. All of it goes when the bench ends.
 */
enum { PLUTO_PATH_MAX = 160 };

struct pluto {
	const char *name;
	char dir[PLUTO_PATH_MAX], netns[64];
	pid_t keeper, worker;
	struct timed *timed; /* what its callbacks take */
};

/* Makes the namespaces of `count` daemons; two are joined by a veth, with `addresses` addresses each:
 * 10.(201 + index).0.1 and so on. `bin`: where the programs are. */
void plutos_begin(const char *bin, struct pluto *list, unsigned count, unsigned addresses);
void plutos_end(void);

/* The daemon's ipsec.conf but for `config setup`. */
void pluto_configure(const struct pluto *p, const struct buffer *conns);
/* Until it answers. */
void pluto_start(struct pluto *p);
void pluto_stop(struct pluto *p);

/* Runs a program of the build with these words; its output goes to a file in the daemon's folder.
 * Seconds that it took. */
double pluto_run(const struct pluto *p, const char *program, const char *const *words);
/* The same over a connection of our own. */
struct client pluto_connect(const struct pluto *p);
/* The result's code; records before it go to each(), if that is not NULL. */
int pluto_ask(struct client *c, const char *command, const char *name,
	      void (*each)(void *context, const json_t *record), void *context);

/* Of both processes, seconds of CPU; bytes. */
double pluto_cpu(const struct pluto *p);
double pluto_memory(const struct pluto *p, bool peak);

/* Milliseconds of the longest callback since the last time that this was asked, and which it was. */
double pluto_longest(const struct pluto *p, char *where, size_t where_len);

#endif
