/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_ENGINE_SET_H
#define IKE_ENGINE_SET_H

#include "ike/clone/plan.h"
#include "ike/sa/world.h"

#define SET_BACKOFF_FIRST SECONDS(1)
enum { SET_WAITERS_MAX = 16 };

struct set_route {
	struct list by_destination;    /* of the world's with the same destination and metric */
	struct kernel_route route;
	bool made;                     /* by us: it was not there */
};

/* What the peer did with a slot's clones. */
struct slot_history {
	unsigned deleted;              /* in a row, none of which had stayed long */
	int64_t up_since;              /* the last one */
	int64_t look_at;               /* for traffic that wants another; 0: not at all */
	uint64_t packets;              /* that the head had sent by then */
};

/* What clone-mode=ondemand knows of the traffic (demand.h). */
struct set_demand {
	enum plan_demand now;
	int64_t since;                 /* FILL: since then */
	int64_t last_traffic, wait;    /* when it was seen last; between two looks */
	int64_t questions_at;          /* before that the kernel is not asked to ask */
	bool lost;                     /* the peer has deleted a clone */
	struct timer timer;
};

/*
 * The clone set of a connection: the head and one clone per wanted CPU. Owned by its connection,
 * so it outlives its SAs. A connection without clones= has a set of just the head.
 */
struct clone_set {
	uint64_t connection;           /* id */
	uint32_t count;                /* slots */
	struct plan_slot *slots;       /* owned */
	struct slot_history *histories; /* owned */
	uint64_t *children;            /* owned: id of the Child SA in each slot; 0: none */
	uint32_t *cpus;                /* owned; slot 0: KERNEL_CPU_NONE */
	bool wanted;                   /* up, or to be brought up */
	bool peer_clones, fills_first;
	bool batch_due, batch_sent;    /* the empty request that ends our clones */
	bool complete;
	bool receivers_seen;           /* since this head is up */
	bool head_refused;             /* the peer does not want the head of a childless IKE SA */
	bool head_asked;               /* for, on an IKE SA that has clones */
	int64_t head_since, headless_since, last_peer_clone;
	unsigned failures;             /* in a row, for the back-off */
	uint16_t refusal;              /* the notify of the last clone that the peer refused */
	uint32_t turned_away;          /* of the peer's clones, beyond max-clones= */
	struct timer timer, takeover, fallback;
	struct set_demand demand;

	/* in the kernel */
	bool policies, trap, scripts_up;
	struct traffic traffic;        /* of the policies; owned */
	struct list claims;            /* on what policies and trap are for (policies/claims.h) */
	struct set_route *routes;      /* owned */
	size_t route_count;
	struct address own_end, peer_end; /* of what leaves by the policies */
	bool held;                     /* the outbound policy blocks for the moment */
	bool any_end;                  /* inbound policies fit SAs of any ends: some have moved */
	uint32_t only_spi;             /* the outbound policy fits this SA only; 0: any of the set */
	bool asks;                     /* by it the kernel asks for the clones of CPUs */

	/* commands that wait for the set to be up */
	uint64_t waiters[SET_WAITERS_MAX];
	size_t waiter_count;
};

struct clone_set *set_new(struct world *w, struct connection *c);
/* Its SAs, policies and commands must be gone. */
void set_free(struct world *w, struct clone_set *set);

/*
 * CPUs (cpus.c). Slots for those that clones= means now: what it meant before and does not any more
 * is dropped, and what is dropped and meant again is not; what the peer refused is asked for
 * again. The other is for when CPUs came or went:
 * they are what clones= means, but may be others; false: nothing changed.
 */
void set_choose_cpus(struct world *w, struct clone_set *set);
bool set_follow_cpus(struct world *w, struct clone_set *set);
/* How many of them have or should have a clone now. */
uint32_t set_cpus_in_use(const struct clone_set *set);

struct connection *set_connection(const struct world *w, const struct clone_set *set);
struct clone_set *set_of_child(const struct world *w, const struct child_sa *child);
struct child_sa *set_head(const struct world *w, const struct clone_set *set);

/* How many clones it may have, the peer's included. */
uint32_t set_limit(const struct world *w, const struct connection *c);

/* Carries out the plan; called after everything that could change it. */
void set_run(struct world *w, struct clone_set *set);

/* Commands (waiters.c). */
MUST_CHECK bool set_wait(struct clone_set *set, uint64_t command);
void set_forget(struct clone_set *set, uint64_t command);
void set_answer(struct world *w, struct clone_set *set, enum control_code code);
/* The command that progress of this set belongs to; 0: none. */
uint64_t set_command(const struct clone_set *set);

/* The whole set goes; at the peer too. */
void set_down(struct world *w, struct clone_set *set, enum end_reason reason);

/* The ids of all IKE SAs that are its connection's or carry Child SAs of it, some of them twice; to be
 * freed. Returns how many. */
size_t set_ike_sas(struct world *w, const struct clone_set *set, uint64_t **ids);

/* Policies (engine/policies/policies.c). -errno; -EEXIST: another peer has some of the selectors,
 * which is reported. */
int set_install_policies(struct world *w, const struct child_sa *head);
/* Nothing leaves by the outbound policy until the set is pointed again. */
void set_hold(struct world *w, struct clone_set *set);
/* Policies and routes for the ends that the head has now. -errno. */
int set_point(struct world *w, struct clone_set *set, const struct child_sa *head);
/* The outbound policy as the set says now. -errno. */
MUST_CHECK int set_point_out(struct world *w, struct clone_set *set);
void set_remove_policies(struct world *w, struct clone_set *set);
/* Another peer has some of that traffic, so that `c` cannot: which is reported. */
MUST_CHECK bool set_is_claimed(struct world *w, const struct connection *c,
			       const struct traffic *t);
MUST_CHECK int set_trap(struct world *w, struct clone_set *set);
void set_untrap(struct world *w, struct clone_set *set);

/* The routes to what is behind the peer (engine/policies/routes.c). None are added where there are some. */
void set_routes_add(struct world *w, struct clone_set *set, const struct address *peer,
		    const struct traffic *t);
void set_routes_move(struct world *w, struct clone_set *set, const struct address *peer);
void set_routes_remove(struct world *w, struct clone_set *set);
/* The same without a word to the kernel. */
void set_routes_forget(struct world *w, struct clone_set *set);

/* Ends that move (path.c). */
void set_point_head(struct world *w, struct clone_set *set);
void set_path_leaving(struct world *w, struct ike_sa *sa);
void set_path_taken(struct world *w, struct ike_sa *sa);

/* Spares (spares.c): counts them, and those that could take a slot; one takes it. */
void set_count_spares(struct world *w, struct clone_set *set);
bool child_is_being_rekeyed(const struct ike_sa *sa, const struct child_sa *child);
void set_promote(struct world *w, struct clone_set *set, const struct plan_promotion *p);
/* The lowest number beyond the slots that no other one on that IKE SA has; with more slots than before
 * they all get other ones. */
uint32_t set_spare_number(const struct clone_set *set, const struct ike_sa *sa);
void set_renumber_spares(struct world *w, struct clone_set *set);
/* Of a slot that is not meant any more ours goes: it drains, and the peer hears a Delete. */
void set_give_back(struct world *w, struct clone_set *set, uint32_t slot);

/*
 * Clones that the peer deletes (deleted.c): one is up; it is deleted, and may be asked for again at the
 * time that is returned; the set has another head, and nothing of before counts. And whether traffic
 * wants one sooner: the time to look again, TIME_NEVER: none.
 */
void set_clone_up(struct world *w, struct clone_set *set, uint32_t slot);
int64_t set_clone_deleted(struct world *w, struct clone_set *set, uint32_t slot);
void set_forget_deleted(struct clone_set *set);
int64_t set_look_for_traffic(struct world *w, struct clone_set *set);

/* Says so, once for each head, where CPUs that take the peer's packets have no clone (receivers.c). */
void set_look_at_receivers(struct world *w, struct clone_set *set);

/*
 * Without a head (headless.c). The head has gone: when to ask for another. Asks for it on this IKE SA,
 * where clones carry on; false: it is not to be had there. Who does not want the set ends it after a
 * while: the time to look again.
 */
bool set_has_clones_on(struct world *w, const struct clone_set *set, const struct ike_sa *sa);
int64_t set_head_gone(struct world *w, struct clone_set *set, const struct child_sa *head);
MUST_CHECK bool set_remake_head(struct world *w, struct clone_set *set, struct ike_sa *sa);
int64_t set_drop_headless(struct world *w, struct clone_set *set);
/* How many Child SAs it has or is making. */
uint32_t set_children(const struct clone_set *set);

/* IKE SAs of a connection (ike.c); the first three are hooks. */
bool set_ike_up(struct world *w, struct ike_sa *sa);
void set_head_due(struct world *w, struct ike_sa *sa);
void set_ike_gone(struct world *w, struct ike_sa *sa, enum end_reason reason, const char *text);
/* The set's IKE SA is no more: who waits is told, and it is revived where it is to stay up. */
void set_lost(struct world *w, struct clone_set *set, enum end_reason reason);
/* Ends an IKE SA whose first Child SA the peer does not want. */
void set_drop_childless(struct world *w, struct clone_set *set);
/* Its connection does not need this IKE SA any more: it is that of one whose Child SAs are on it. */
void set_give_away(struct world *w, struct ike_sa *sa);
/* The connection goes: its IKE SAs that carry Child SAs of others are theirs from now on. */
void set_hand_over(struct world *w, const struct connection *c);
/* The host's addresses are others: what is being initiated from one that is gone begins again from
 * another, where mobike= allows that. */
void set_own_changed(struct world *w, struct clone_set *set);
/* When to try again after so many failures. The first time is SET_BACKOFF_FIRST. */
int64_t set_backoff(struct world *w, unsigned failures);

extern const struct world_hooks set_hooks;

#endif
