/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NIC_NIC_H
#define NIC_NIC_H

#include "base/cpus.h"
#include "base/must_check.h"

/*
 * What a network card says of how it spreads what it receives. All of it is read without privilege,
 * from /proc, /sys and ethtool's ioctl, and nothing is ever set. What a driver does not say, or says
 * in numbers that make no sense, is not known, and the rest still is.
 */

enum {
	NIC_NAME_MAX = 16,     /* with the final zero, as IFNAMSIZ */
	NIC_TEXT_MAX = 32,     /* as ethtool's */
	NIC_KEY_MAX = 256,     /* bytes; cards have 40 to 64 */
	NIC_TABLE_MAX = 16384, /* entries; cards have up to some thousand */
	NIC_QUEUE_MAX = 4096,
	NIC_QUEUE_UNKNOWN = NIC_QUEUE_MAX
};

/* Where things are read; tests give recorded ones. */
struct nic_source {
	const char *proc, *sys; /* where these are mounted */
	/* SIOCETHTOOL of a device: `command` is one of the structs of <linux/ethtool.h>. 0 or -errno.
	 * NULL: no driver answers. */
	int (*ethtool)(void *context, const char *name, void *command);
	void *context;
};

extern const struct nic_source nic_source_live; /* this machine, in our network namespace */

enum nic_hash { NIC_HASH_UNKNOWN, NIC_HASH_TOEPLITZ, NIC_HASH_XOR, NIC_HASH_CRC32 };

/* What of a packet goes into the hash. The two halves of four bytes that follow the IP header: the ports
 * of UDP, the SPI of ESP. */
enum {
	NIC_FIELD_SOURCE = 1 << 0,
	NIC_FIELD_DESTINATION = 1 << 1,
	NIC_FIELD_FIRST_HALF = 1 << 2,
	NIC_FIELD_SECOND_HALF = 1 << 3,
	NIC_FIELD_OTHER = 1 << 4,  /* protocol, VLAN, or whatever we have no name for */
	NIC_FIELD_DISCARD = 1 << 5 /* such packets are dropped */
};

enum nic_flow { NIC_ESP4, NIC_ESP6, NIC_UDP4, NIC_UDP6, NIC_FLOWS };

struct nic_fields {
	bool known;      /* false: the driver has no hash for these, or does not say */
	uint32_t fields; /* NIC_FIELD_*; 0: all such packets go to one queue */
};

/* Features that are on or off, bits of `features_on` and `features_can`. */
enum nic_feature {
	NIC_NTUPLE,             /* rules that steer single flows */
	NIC_RX_HASH,            /* the hash is handed up with the packet */
	NIC_GRO,
	NIC_GRO_HW,
	NIC_GRO_LIST,
	NIC_GRO_UDP_FORWARDING,
	NIC_LRO,
	NIC_VLAN_STRIP,         /* tags are taken off in hardware */
	NIC_ESP_OFFLOAD,
	NIC_FEATURES
};
const char *nic_feature_name(enum nic_feature feature); /* ethtool's */

/* An interrupt for what was received. */
struct nic_interrupt {
	uint32_t number;
	uint32_t queue;      /* NIC_QUEUE_UNKNOWN: its name does not say */
	uint16_t *cpus;      /* where it may hit; ascending; owned */
	uint32_t cpu_count;  /* 0: not known */
};

struct nic_facts {
	char name[NIC_NAME_MAX];
	bool is_card;              /* false: a device of software, as a bridge or tunnel is */
	char driver[NIC_TEXT_MAX]; /* empty: not known */
	char bus[NIC_TEXT_MAX];    /* the name of its place, "0000:17:00.0" or "virtio2" */
	uint32_t mtu;              /* 0: not known */
	uint32_t queues;           /* for receiving; 0: not known */

	enum nic_hash hash;
	uint8_t transform;         /* what is done to addresses and ports before (RXH_XFRM_*) */
	uint8_t key[NIC_KEY_MAX];
	uint32_t key_len;          /* 0: not known */
	uint16_t *table;           /* hash, modulo its length, to queue; owned */
	uint32_t table_len;        /* 0: not known */
	struct nic_fields flows[NIC_FLOWS];

	bool features_known;
	uint32_t features_on, features_can; /* bits, 1 << enum nic_feature; `can`: may be switched */
	bool rules_known;
	uint32_t rules;            /* how many ntuple rules there are */

	struct nic_interrupt *interrupts; /* for receiving, in the order of their numbers; owned */
	uint32_t interrupt_count;
};

/*
 * Everything about one device, into *out, which need not be initialised and is to be given to
 * nic_facts_done(). -ENODEV: there is none of that name; *out is empty. -EINVAL: no device can have
 * such a name.
 */
MUST_CHECK int nic_read(const struct nic_source *source, const char *name, struct nic_facts *out);
/* The same of the device that a VLAN is on, at the very bottom; of others about themselves. */
MUST_CHECK int nic_read_card(const struct nic_source *source, const char *name,
			     struct nic_facts *out);
void nic_facts_done(struct nic_facts *facts);

bool nic_has(const struct nic_facts *facts, enum nic_feature feature); /* known, and on */

/* The CPUs that take what the device receives, ascending, into `out`. 0: not known. */
uint32_t nic_receiving_cpus(const struct nic_facts *facts, uint16_t out[CPU_MAX]);
/* The one CPU that takes what comes by a queue; false: not known, or several may. */
MUST_CHECK bool nic_cpu_of_queue(const struct nic_facts *facts, uint32_t queue, uint16_t *cpu);

/* The list of CPUs in a file of /sys or /proc. -errno; -EINVAL: it has none. */
MUST_CHECK int nic_read_cpus(const char *path, uint16_t ids[CPU_MAX], uint32_t *count);

#endif
