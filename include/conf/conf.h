/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <jansson.h>

#include "base/cpus.h"
#include "conf/errors.h"
#include "conf/identity.h"
#include "conf/proposals.h"
#include "net/traffic.h"

/* ipsec.conf, checked and typed. ipsec.conf(5) has its option list from the same table. */

enum conf_auto { AUTO_IGNORE, AUTO_ADD, AUTO_ROUTE, AUTO_START, AUTO_KEEP };
enum conf_type { TYPE_TUNNEL, TYPE_TRANSPORT };
enum conf_encapsulation { ENCAPSULATION_AUTO, ENCAPSULATION_YES, ENCAPSULATION_NO };
enum conf_esn { ESN_EITHER, ESN_ONLY, ESN_NEVER };
enum conf_ppk { PPK_NO, PPK_PROPOSE, PPK_INSIST };
enum conf_childless { CHILDLESS_ALLOW, CHILDLESS_PREFER, CHILDLESS_FORCE, CHILDLESS_NEVER };
enum conf_fragmentation { FRAGMENTATION_NO, FRAGMENTATION_YES };
enum conf_uniqueids { UNIQUEIDS_YES, UNIQUEIDS_KEEP, UNIQUEIDS_NO, UNIQUEIDS_NEVER };
enum conf_kernel { KERNEL_XFRM, KERNEL_NONE };
enum conf_pcpu_abi { PCPU_ABI_AUTO, PCPU_ABI_2 };
enum clones_kind { CLONES_NO, CLONES_NUMBER, CLONES_ONLINE, CLONES_CPUS };
enum clone_mode { CLONE_MODE_ALL, CLONE_MODE_ONDEMAND };
enum clone_ports { CLONE_PORTS_SAME, CLONE_PORTS_SPREAD };

/* clone-steering=: how packets of a clone get to its CPU. */
enum conf_steering {
	STEERING_OFF,
	STEERING_AUTO,
	STEERING_NTUPLE,
	STEERING_RPS,
	STEERING_XDP,
	STEERING_LAST = STEERING_XDP
};

enum { CONN_NAME_MAX = 128, CLONES_MAX = 1024 };
/* leftsubnets= and rightsubnets=: of one end, and of all the pairs of both ends. */
enum { SUBNETS_MAX = 256, SUBNET_PAIRS_MAX = 16384 };

#define CONF_LIMIT_NONE (UINT64_C(1) << 63) /* of bytes or packets: never reached */

struct conf_setup {
	char *logfile;         /* NULL: the journal or stderr */
	bool logtime, logappend;
	enum conf_uniqueids uniqueids;
	char *plutodebug;      /* "none", "all" or a list */
	char *secretsfile, *nssdir, *dumpdir, *ipsecdir; /* defaults filled in */
	int nhelpers;          /* -1: CPUs - 1, at least 1 */
	struct address listen; /* none: every address */
	int64_t keep_alive;    /* NAT keepalive, microseconds */
	enum conf_kernel kernel;
	enum conf_pcpu_abi pcpu_abi;
	uint16_t ike_window;   /* 1..256 requests that the peer may have in flight; default 16 */
	uint32_t half_open_cookies; /* ddos-ike-threshold: cookies from that many half-open SAs */
	uint32_t half_open_max;     /* max-halfopen-ike */
	enum { COOKIES_AUTO, COOKIES_ALWAYS, COOKIES_NEVER } cookies; /* ddos-mode */
	uint16_t port, nat_port;    /* 500, 4500 */
};

/* clones=: which CPUs get a clone of their own. */
struct conf_clones {
	enum clones_kind kind;
	uint32_t number;    /* CLONES_NUMBER: CPUs 0 .. number-1 */
	uint16_t *cpus;     /* CLONES_CPUS: owned, in the order written */
	size_t cpu_count;
};

struct conf_end {
	struct address host;       /* not set: %any, or %defaultroute until it gets an address */
	bool default_route;
	bool any_host;             /* %any: peers of any address */
	uint16_t any_family;       /* with %any4 and %any6 theirs; 0: that of the other end */
	struct identity id;        /* leftid=, or the host's address; type 0 until host is set, and
	                              where any peer whose key we have is meant */
	bool any_id;               /* leftid=%any */
	struct selectors subnets;  /* leftsubnet: owned; none: the host itself */
	struct selectors each;     /* leftsubnets: owned; until there is a connection for each */
	uint8_t protocol;          /* leftprotoport, of host or a plain subnet; 0: any */
	uint16_t port_start, port_end;
	bool any_port;             /* leftprotoport=../%any: the peer chooses the port */
	struct address source_ip;  /* leftsourceip; may be none */
	struct address next_hop;   /* leftnexthop; may be none */
	char *updown;              /* NULL: none (also for "ipsec _updown" and %disabled) */
};

struct conf_conn {
	char *name;
	char *alias;               /* connalias; another name, which others may share; NULL: none */
	char *where;               /* file:line; NULL when it did not come from a file */
	struct conf_end left, right;
	enum conf_auto startup;         /* auto= */
	enum conf_type type;
	struct algorithm_list ike, esp;
	bool pfs, rekey, reauth, narrowing, nat_keepalive, mobike, initial_contact;
	int64_t ike_lifetime, ipsec_lifetime, rekey_margin, dpd_delay; /* microseconds */
	uint32_t rekey_fuzz;       /* percent */
	uint64_t ipsec_max_bytes, ipsec_max_packets; /* in each direction; CONF_LIMIT_NONE */
	uint32_t fragment_size;    /* of IP packets, bytes; 0: auto */
	int64_t retransmit_timeout, retransmit_interval;
	enum conf_encapsulation encapsulation;
	uint32_t replay_window;    /* 0 where not written: the daemon's own choice */
	enum conf_esn esn;
	enum conf_fragmentation fragmentation;
	enum conf_childless childless;
	struct conf_clones clones;
	enum clone_mode clone_mode;
	int64_t clone_idle;        /* on demand: clones without traffic go after that; 0: never */
	bool clone_acquire;        /* on demand: the kernel asks for the clone of a CPU */
	enum conf_steering clone_steering;
	enum clone_ports clone_ports;
	uint32_t max_clones;       /* 0: 2 x possible CPUs + 2 */
	uint32_t max_instances;    /* of a template */
	uint32_t reqid;            /* 0: auto */
	uint32_t priority;         /* 0: auto, from the selectors */
	uint32_t metric, mtu;      /* of routes we set; 0: the system's */
	bool intermediate;         /* IKE_INTERMEDIATE is announced even where nothing needs it */
	enum conf_ppk ppk;
	char *ppk_ids;             /* names in order of preference, commas between them; NULL: any */
	uint64_t given;            /* bit per conf_option_index(): what the file said itself */
};

struct conf {
	struct conf_setup setup;
	struct conf_conn *conns;   /* owned array in file order; `conn %default` and templates that
	                              only also= uses and that have no left/right are not in it */
	size_t count;
};

/*
 * Reads a file with all it includes. false: something is wrong, errors has every reason, *out is
 * untouched: nothing is half loaded. A missing secretsfile etc. is not this reader's business.
 */
MUST_CHECK bool conf_load(const char *path, struct conf *out, struct conf_errors *errors);
/* For tests and fuzzing: the text of one file without includes; `where` names it in errors. */
MUST_CHECK bool conf_parse(const char *where, struct bytes text, struct conf *out,
			   struct conf_errors *errors);
void conf_done(struct conf *conf);
void conf_conn_done(struct conf_conn *conn);
struct conf_conn *conf_find(const struct conf *conf, const char *name); /* or NULL */
/* With %any as one end: never up itself, but there is an instance of it for each peer. */
bool conf_conn_is_template(const struct conf_conn *conn);
/* Whether a command for this name means the connection: it is its name or its alias. */
bool conf_conn_is(const struct conf_conn *conn, const char *name);
struct conf_conn conf_conn_copy(const struct conf_conn *conn);
/* They have the same name, and of all options no other than this one has another value; that one has. */
bool conf_conn_differs_only_in(const struct conf_conn *a, const struct conf_conn *b,
			       const char *option);

/* The defaults, as from an empty file. */
void conf_setup_default(struct conf_setup *out);
void conf_setup_done(struct conf_setup *setup);
const char *conf_uniqueids_name(enum conf_uniqueids value); /* as ipsec.conf has it */

/*
 * One connection as JSON and back, by the same option table: {"name": "west", "options":
 * {"left": "192.1.2.45", ..}, "defaults": {"pfs": "yes", ..}}, every option as the text that
 * ipsec.conf takes; "defaults" are those that nobody wrote, and need not be there: those that are what
 * they are by themselves are not written. Reading checks in full; the sender is a client like any
 * other. %defaultroute must have been replaced by an address (in `host`); reading refuses it.
 */
json_t *conf_conn_to_json(const struct conf_conn *conn);
MUST_CHECK bool conf_conn_from_json(const json_t *json, struct conf_conn *out,
				    struct conf_errors *errors);

/* What may stand after `conn`: 1 to 127 printable signs, no blanks, quotes and = , [ ] { } #. */
bool conf_name_is_good(const char *name);

/* "NAME-3" looks like the third clone of NAME: NAME goes to `base`. False for other names. */
bool conf_instance_of(const char *name, char base[CONN_NAME_MAX]);

/*
 * Which end is ours: is_local() is asked for both hosts. CONF_ORIENTED_LEFT: left is ours.
 * `left/right` end here: whoever calls this goes on with local and remote.
 */
enum conf_orientation {
	CONF_ORIENTED_LEFT,
	CONF_ORIENTED_RIGHT,
	CONF_ORIENTED_NEITHER,
	CONF_ORIENTED_BOTH
};
enum conf_orientation conf_orient(const struct conf_conn *conn,
				  bool (*is_local)(void *context, const struct address *a),
				  void *context);
const struct conf_end *conf_local(const struct conf_conn *conn, enum conf_orientation o);
const struct conf_end *conf_remote(const struct conf_conn *conn, enum conf_orientation o);

/* What of an end is protected: its subnets, or else its host, with protocol and ports. Owned by the
 * caller; at most SELECTORS_MAX. */
struct selectors conf_end_selectors(const struct conf_end *end);

/* The bit of a conn option in conf_conn.given, by its full name such as "leftid"; -1: unknown. */
int conf_option_index(const char *name);

/*
 * Options of a connection as text, in the table's order: all, or those that somebody wrote or that are
 * not what they are by themselves. An option that is not set, such as leftsourceip, is left out.
 */
enum conf_which { CONF_ALL, CONF_SAID };
void conf_conn_each(const struct conf_conn *conn, enum conf_which which,
		    void (*each)(void *context, const char *name, const char *value, bool given),
		    void *context);

/*
 * The option table, for manual pages and completions. Options of an end come once, as "left",
 * "leftid"; `end` says that "right", "rightid" go with it.
 */
struct conf_option_help {
	const char *section;  /* "config setup" or "conn" */
	const char *name;
	const char *kind;     /* "yes|no", "a time", ... */
	const char *default_value, *help;
	bool end;
};
size_t conf_option_count(void);
struct conf_option_help conf_option_help(size_t index);
/* Its kind in full: "one of auto, yes, no", "a time from 1s to 1d; without unit in seconds". */
void conf_option_describe(size_t index, struct buffer *out);

/*
 * Words of libreswan's files that are no options here. refused: `text` is why; else they are
 * taken where the value is `only` (NULL: any), and do nothing, `text` says why.
 */
struct conf_other_help {
	const char *section, *name, *text, *only;
	bool refused, end; /* end: "cert" stands for leftcert and rightcert */
};
/* From 0 until false. Other spellings of options are not among them. */
MUST_CHECK bool conf_other_help(size_t index, struct conf_other_help *out);

#endif
