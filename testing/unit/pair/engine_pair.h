/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_PAIR_ENGINE_PAIR_H
#define UNIT_PAIR_ENGINE_PAIR_H

#include "base/buffer.h"
#include "base/must_check.h"
#include "ike/engine/engine.h"
#include "ike/sa/protect.h"
#include "kernel_double.h"

/*
 * Two engines in one process, west (192.1.2.45, @west) and east (192.1.2.23, @east), with real
 * cryptography, a virtual clock, a network that a test can look into, and a kernel double that
 * keeps what it was told.
 */
enum { PAIR_REPORTS = 16, PAIR_CPUS_MAX = 16, PAIR_OWN_MAX = 4 };

#define PAIR_PSK "@west @east : PSK \"a secret that two share\"\n"

struct side {
	struct pair *pair;
	struct ike_engine *engine;
	struct kernel_facts facts;
	struct endpoint address; /* port 500 */
	struct address own[PAIR_OWN_MAX]; /* all that it has; address is the first at the start */
	size_t own_count;
	struct kernel_double kernel;
	unsigned reports[PAIR_REPORTS]; /* by kind */
	char last[256];                 /* the text of the last report that was not debugging */
	char warning[256];              /* the last that began with WARNING */
	unsigned sent, keepalives, commands_done;
	enum control_code last_code;
};

struct packet {
	struct packet *next;
	const struct side *sender;
	struct endpoint from, to;
	struct buffer bytes;
};

/* A NAT before west: what east sees of it. */
struct pair_nat {
	bool on;
	struct address address;
	uint16_t ike_port, nat_port; /* outside, of west's 500 and 4500 */
};

struct pair {
	struct pair_nat nat;
	struct conf conf; /* its setup is both sides' */
	int64_t now;
	struct side west, east;
	struct packet *network; /* oldest first */
	struct crypto_job *jobs;
	bool hold_jobs;         /* pair_run() leaves them */
	uint64_t random;
	/* May be NULL. True: the network loses it. */
	bool (*loses)(struct pair *pair, const struct packet *packet);
	unsigned lost, lose_number;
};

struct pair_setup {
	const char *setup;      /* lines for config setup, each beginning with a blank; or NULL */
	const char *west, *east;/* lines for the connection at that side, likewise */
	uint32_t west_cpus, east_cpus; /* 0: 4 */
	struct pair_nat nat;
	bool moves_addresses;   /* both kernels can */
};

struct pair *pair_new(const struct pair_setup *setup);
/* Also shuts both engines down and asserts that nothing of theirs is left in the kernels. */
void pair_free(struct pair *pair);

/* It loses everything, kernel included, without a word, and starts again with its first connection,
 * whose lines are `more`. */
void pair_crash(struct side *side, const char *more);

/* A connection more, or another one: the text of one `conn`. */
void pair_add(struct side *side, const char *conn);

/* Other secrets than the PSK that both have from the start: the text of an ipsec.secrets. */
void pair_secrets(struct side *side, const char *text);

/* Delivers, works and fires what is due, until nothing is left to be done at this time. */
void pair_run(struct pair *pair);
void pair_run_jobs(struct pair *pair);
/* The oldest packet arrives, or is lost; false: there is none. */
bool pair_deliver(struct pair *pair);
/* Of what is sent from now on the network loses the nth datagram, and no other. */
void pair_lose_one(struct pair *pair, unsigned n);
/* What pair_run() does while time goes on for that long. */
void pair_advance(struct pair *pair, int64_t duration);
/* `ipsec auto --up t` at west, until it is quiet; asserts that it worked. */
void pair_up(struct pair *pair);
/* The same of any connection; asserts how the command ends, within three seconds. */
void pair_up_named(struct pair *pair, const char *name, enum control_code expected);
/* A pair where east waits for IKE_AUTH; west's own IKE_AUTH is thrown away. */
struct pair *pair_new_before_auth(void);

/* The addresses that a side has from now on, up to the first NULL; its engine is told. What it sends
 * from others, or is sent to others, is lost. */
void pair_set_own(struct side *side, const char *const list[PAIR_OWN_MAX]);

/* How many SAs both have, each with the same key at both; asserts that there are no other keys. */
size_t pair_shared_sas(const struct pair *pair);

struct side *pair_other(struct side *side);

/* A datagram reaches a side as if from the other one; its answer stays in the network. */
void pair_inject(struct side *to, struct bytes datagram);
/* The same from anywhere, to the port that the IKE SA is on. */
void pair_inject_from(struct side *to, const struct endpoint *from, struct bytes datagram);
/* Takes the newest packet from `from` out of the network; false: there is none. */
MUST_CHECK bool pair_take(struct side *from, struct buffer *out);
void pair_drop_all(struct pair *pair);

/* The only IKE SA of that side, or NULL. */
struct ike_sa *pair_ike(const struct side *side);
size_t pair_ike_count(const struct side *side);

/* Seals, in one piece, as if `from` were sending it on its only IKE SA. */
void pair_seal(struct side *from, uint8_t exchange, bool response, uint32_t message_id,
	       const struct inner *inner, struct buffer *out);
/* Opens what `to` would get. Asserts that it is authentic. */
void pair_open(struct side *to, struct bytes datagram, struct payloads *out,
	       struct buffer *plain);
/* Next id of `from` towards the other side, which is then taken. */
uint32_t pair_next_id(struct side *from);

/* The type of the first notify in a datagram (opened where it is protected); 0: none. */
uint16_t pair_notify_of(struct side *to, struct bytes datagram);

/* What an established pair looks like, for "undisturbed". */
struct pair_picture {
	size_t ikes[2], sas[2], policies[2];
	uint32_t children[2], half_open[2];
};
struct pair_picture pair_picture(const struct pair *pair);
void pair_assert_same(const struct pair_picture *a, const struct pair_picture *b);

#endif
