/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IKE_KERNEL_H
#define IKE_KERNEL_H

#include "base/secret.h"
#include "conf/conf.h"
#include "crypto/names.h"
#include "net/traffic.h"

/*
 * What the engine asks of the kernel's IPsec: ordered changes, each with its own result. The
 * backends are programs/pluto/kernel/ (Linux XFRM, none, and the fake of the tests).
 * SPIs are in host order.
 */
enum kernel_direction { KERNEL_IN = 1, KERNEL_OUT = 2, KERNEL_FORWARD = 3 };

enum { KERNEL_TEXT_MAX = 160 };

#define KERNEL_CPU_NONE UINT32_MAX /* any CPU may use it */

/* One SA of one direction. Keys are borrowed for the call. */
struct kernel_sa {
	enum kernel_direction direction;  /* IN or OUT */
	uint32_t spi;
	struct address source, destination;
	uint32_t reqid;
	enum conf_type mode;
	struct selector local, remote;    /* selector of the SA; used in transport mode */
	const struct encr_desc *encr;
	uint16_t encr_key_bits;
	struct bytes encr_key;            /* key and salt */
	const struct integ_desc *integ;   /* NULL with AEAD */
	struct bytes integ_key;
	bool esn;
	uint32_t replay_window;           /* packets; 0 on outbound */
	uint32_t cpu;                     /* or KERNEL_CPU_NONE */
	enum conf_steering steering;      /* inbound: how its packets get to that CPU */
	bool clone_head;                  /* any CPU's, of a set that may have clones */
	bool encapsulated;                /* ESP in UDP */
	uint16_t encap_source_port, encap_destination_port;
	bool ports_may_vary;              /* IN: another source port is not worth being told of */
	uint64_t hard_bytes, hard_packets; /* the kernel stops using it then; 0: never */
};

enum kernel_policy_kind {
	POLICY_PROTECT, /* the template of one clone set: reqid, mode, tunnel ends */
	POLICY_BLOCK,
	POLICY_PASS
};

/* Between whom an SA's packets go, and how. Of an SA that is moved: where to. */
struct kernel_ends {
	struct address source, destination;
	bool encapsulated;
	uint16_t encap_source_port, encap_destination_port;
	bool ports_may_vary;
};

/* One policy of one direction. `source` and `destination` are the packet's. */
struct kernel_policy {
	enum kernel_direction direction;
	struct selector source, destination;
	enum kernel_policy_kind kind;
	uint32_t reqid;
	enum conf_type mode;
	/* Tunnel mode. 0.0.0.0 and :: fit any SA of the reqid; inbound and forwarding only. */
	struct address tunnel_source, tunnel_destination;
	uint32_t priority; /* the lowest wins */
	/* Outbound, PROTECT. */
	uint32_t spi;      /* the only SA that fits; 0: any of the reqid */
	bool cpu_acquire;  /* a CPU without an SA of its own is told of, once; until it has one, or the
	                      kernel gives up, those without may lose all that they send */
};

/*
 * The way to a peer's net: made where there is none, or where a source address or next hop is
 * wished for. `peer` tells the device and gateway; the backend takes as source address
 * `source` or, where that is none, an own address inside `local`.
 */
struct kernel_route {
	struct prefix destination;
	struct address peer, next_hop, source;
	struct selector local;
	uint32_t metric, mtu; /* 0: the system's */
	bool only_if_missing;
};

struct kernel_counters {
	uint64_t bytes, packets;
	int64_t last_used; /* wall clock seconds; 0: never */
};

enum kernel_verb {
	KERNEL_SA_ADD,
	KERNEL_SA_DELETE,     /* by direction, spi, source, destination, cpu */
	/*
	 * Other ends for an SA that is there, which is described as it is now but for its keys. Keys,
	 * sequence numbers and counters go along. UDP ports can always change; anything else only
	 * where kernel_facts.moves_addresses, or -EOPNOTSUPP. -ESRCH: it is not there; after any
	 * other failure it may be gone.
	 */
	KERNEL_SA_MOVE,
	KERNEL_SA_QUERY,      /* fills counters */
	KERNEL_POLICY_SET,    /* adds, or replaces the one of the same selectors and direction */
	KERNEL_POLICY_DELETE, /* by direction and selectors */
	KERNEL_ROUTE_ADD,
	KERNEL_ROUTE_DELETE,
	KERNEL_SOURCE_FIND    /* the own address that packets to route.peer come from */
};

struct kernel_change {
	enum kernel_verb verb;
	union {
		struct {
			struct kernel_sa sa;
			struct kernel_ends to; /* SA_MOVE */
		};
		struct kernel_policy policy;
		struct kernel_route route;
	};
	/* filled by the backend */
	int result;            /* 0, -errno, or -ECANCELED: not tried, one before it failed */
	char text[KERNEL_TEXT_MAX]; /* the kernel's own words; "" where it has none */
	struct kernel_counters counters;
	struct address source; /* SOURCE_FIND; not set: there is no way */
	bool route_made;       /* ROUTE_ADD: there was none before; delete it in the end */
};

/* Traffic that a policy with `reqid` protects wants an SA. */
struct kernel_acquire {
	uint32_t reqid;
	uint32_t cpu;                 /* or KERNEL_CPU_NONE */
	struct traffic_packet packet; /* which packet it was; not set where the kernel does not say */
};

/* What the backend found out when it was started. */
struct kernel_facts {
	const char *name;      /* "xfrm", "none", "fake" */
	const char *dialect;   /* "mainline", "pcpu-2", "none" */
	bool per_cpu;          /* SAs can be bound to CPUs */
	bool clones_need_head; /* with the same ends, or -ESRCH; of two sets' heads one is -EEXIST */
	bool moves_addresses;  /* KERNEL_SA_MOVE can change more than UDP ports */
	uint32_t possible_cpus;
	uint32_t online_count;
	uint16_t online[CPU_MAX]; /* ids, ascending */
};

#endif
