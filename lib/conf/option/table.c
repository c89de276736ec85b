/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that we have. */
#include <stddef.h>

#include "base/clock.h"
#include "conf/option/option.h"

#define MINUTES(n) (SECONDS(60) * (n))
#define HOURS(n)   (MINUTES(60) * (n))

enum { REQID_MANUAL_MAX = 16379, REPLAY_WINDOW_MAX = 4096, FRAGMENT_SIZE_MIN = 256 };

static const struct option_word pcpu_abi_words[] = {
	{ .word = "auto", .value = PCPU_ABI_AUTO },
	{ .word = "pcpu-2", .value = PCPU_ABI_2 },
	{ .word = NULL },
};

static const struct option_word kernel_words[] = {
	{ .word = "xfrm", .value = KERNEL_XFRM },
	{ .word = "none", .value = KERNEL_NONE },
	{ .word = NULL },
};

static const struct option_word protostack_words[] = {
	{ .word = "xfrm" },
	{ .word = "netkey", .hidden = true },
	{ .word = NULL },
};

static const struct option_word uniqueids_words[] = {
	{ .word = "yes", .value = UNIQUEIDS_YES },
	{ .word = "keep", .value = UNIQUEIDS_KEEP },
	{ .word = "no", .value = UNIQUEIDS_NO },
	{ .word = "never", .value = UNIQUEIDS_NEVER },
	{ .word = "replace", .value = UNIQUEIDS_YES, .hidden = true },
	{ .word = NULL },
};

static const struct option_word cookie_words[] = {
	{ .word = "auto", .value = COOKIES_AUTO },
	{ .word = "busy", .value = COOKIES_ALWAYS },
	{ .word = "unlimited", .value = COOKIES_NEVER },
	{ .word = NULL },
};

static const struct option_word auto_words[] = {
	{ .word = "ignore", .value = AUTO_IGNORE },
	{ .word = "add", .value = AUTO_ADD },
	{ .word = "route", .value = AUTO_ROUTE },
	{ .word = "start", .value = AUTO_START },
	{ .word = "keep", .value = AUTO_KEEP },
	{ .word = "ondemand", .value = AUTO_ROUTE, .hidden = true },
	{ .word = "up", .value = AUTO_START, .hidden = true },
	{ .word = NULL },
};

static const struct option_word authby_words[] = {
	{ .word = "secret" },
	{ .word = "psk", .hidden = true },
	{ .word = NULL },
};

static const struct option_word keyexchange_words[] = {
	{ .word = "ikev2" },
	{ .word = "ike", .hidden = true },
	{ .word = NULL },
};

static const struct option_word ikev2_words[] = {
	{ .word = "insist" },
	{ .word = "yes" },
	{ .word = NULL },
};

static const struct option_word type_words[] = {
	{ .word = "tunnel", .value = TYPE_TUNNEL },
	{ .word = "transport", .value = TYPE_TRANSPORT },
	{ .word = NULL },
};

static const struct option_word phase2_words[] = {
	{ .word = "esp" },
	{ .word = NULL },
};

static const struct option_word encapsulation_words[] = {
	{ .word = "auto", .value = ENCAPSULATION_AUTO },
	{ .word = "yes", .value = ENCAPSULATION_YES },
	{ .word = "no", .value = ENCAPSULATION_NO },
	{ .word = NULL },
};

static const struct option_word childless_words[] = {
	{ .word = "allow", .value = CHILDLESS_ALLOW },
	{ .word = "prefer", .value = CHILDLESS_PREFER },
	{ .word = "force", .value = CHILDLESS_FORCE },
	{ .word = "never", .value = CHILDLESS_NEVER },
	{ .word = NULL },
};

static const struct option_word fragmentation_words[] = {
	{ .word = "yes", .value = FRAGMENTATION_YES },
	{ .word = "no", .value = FRAGMENTATION_NO },
	{ .word = "force", .value = FRAGMENTATION_YES, .hidden = true },
	{ .word = NULL },
};

static const struct option_word esn_words[] = {
	{ .word = "either", .value = ESN_EITHER },
	{ .word = "yes", .value = ESN_ONLY },
	{ .word = "no", .value = ESN_NEVER },
	{ .word = NULL },
};

static const struct option_word ppk_words[] = {
	{ .word = "no", .value = PPK_NO },
	{ .word = "propose", .value = PPK_PROPOSE },
	{ .word = "insist", .value = PPK_INSIST },
	{ .word = "never", .value = PPK_NO, .hidden = true },
	{ .word = "yes", .value = PPK_PROPOSE, .hidden = true },
	{ .word = "permit", .value = PPK_PROPOSE, .hidden = true },
	{ .word = "always", .value = PPK_INSIST, .hidden = true },
	{ .word = NULL },
};

static const struct option_word clone_mode_words[] = {
	{ .word = "all", .value = CLONE_MODE_ALL },
	{ .word = "ondemand", .value = CLONE_MODE_ONDEMAND },
	{ .word = NULL },
};

static const struct option_word clone_steering_words[] = {
	{ .word = "off", .value = STEERING_OFF },
	{ .word = "auto", .value = STEERING_AUTO },
	{ .word = "ntuple", .value = STEERING_NTUPLE },
	{ .word = "rps", .value = STEERING_RPS },
	{ .word = "xdp", .value = STEERING_XDP },
	{ .word = NULL },
};

static const struct option_word clone_ports_words[] = {
	{ .word = "same", .value = CLONE_PORTS_SAME },
	{ .word = "spread", .value = CLONE_PORTS_SPREAD },
	{ .word = NULL },
};

static const struct option_word auto_number_words[] = {
	{ .word = "auto", .value = 0 },
	{ .word = "0", .value = 0, .hidden = true },
	{ .word = NULL },
};

#define AT(member) .offset = offsetof(struct conf_setup, member)

static const struct option setup_rows[] = {
	{ .name = "logfile", .kind = &kind_path, AT(logfile),
	  .default_note = "the journal, or standard error",
	  .help = "The file that the daemon's log goes to." },
	{ .name = "logtime", .kind = &kind_yes_no, AT(logtime), .default_text = "yes",
	  .help = "Whether lines of logfile= begin with the time." },
	{ .name = "logappend", .kind = &kind_yes_no, AT(logappend), .default_text = "yes",
	  .help = "Whether logfile= is appended to at start, or begun anew." },
	{ .name = "plutodebug", .kind = &kind_debug, AT(plutodebug), .default_text = "none",
	  .help = "What is logged beyond the usual: none, all, or words." },
	{ .name = "secretsfile", .kind = &kind_path, AT(secretsfile),
	  .default_text = "/etc/ipsec.secrets", .help = "Where the pre-shared keys are." },
	{ .name = "nssdir", .kind = &kind_path, AT(nssdir), .default_text = "/var/lib/ipsec/nss",
	  .help = "The folder of the NSS database." },
	{ .name = "dumpdir", .kind = &kind_path, AT(dumpdir), .default_text = "/run/pluto",
	  .help = "The folder that the daemon runs in, where a core file would go." },
	{ .name = "ipsecdir", .kind = &kind_path, AT(ipsecdir), .default_text = "/etc/ipsec.d",
	  .help = "The folder of further configuration files." },
	{ .name = "nhelpers", .kind = &kind_integer, AT(nhelpers), .default_text = "-1",
	  .max = 1024, .help = "Threads for cryptography; -1: one less than there are CPUs, "
			       "and at least one." },
	{ .name = "uniqueids", .kind = &kind_words, AT(uniqueids), .default_text = "yes",
	  .words = uniqueids_words,
	  .help = "What a new IKE SA means for those that the same peer, by its id, has already. "
		  "yes: one connection has one, the newest. keep: the older one stays if it is with "
		  "another address. A peer that says it has no other (INITIAL_CONTACT) ends those of "
		  "other connections too. no: the same, but of a connection with %any each new IKE SA "
		  "gets an instance of its own, so that several hosts may share an id. never: as no, "
		  "whatever the peer says." },
	{ .name = "listen", .kind = &kind_listen, AT(listen), .default_note = "every address",
	  .help = "The only address of this host that IKE is spoken from." },
	{ .name = "keep-alive", .kind = &kind_time, AT(keep_alive), .default_text = "20s",
	  .min = SECONDS(1), .max = HOURS(24),
	  .help = "How often a packet keeps a NAT's mapping alive, where this end is behind one." },
	{ .name = "protostack", .kind = &kind_fixed, .words = protostack_words,
	  .only = "there is only one stack", .help = "The kernel's IPsec; kept for old files." },
	{ .name = "kernel", .kind = &kind_words, AT(kernel), .default_text = "xfrm",
	  .words = kernel_words,
	  .help = "Where Child SAs go: xfrm is Linux's IPsec; with none they are negotiated and "
		  "kept, and no packet is ever protected." },
	{ .name = "pcpu-abi", .kind = &kind_words, AT(pcpu_abi), .default_text = "auto",
	  .words = pcpu_abi_words,
	  .help = "How the kernel is told which CPU an SA is for. auto: as Linux has it since "
		  "6.13, where the kernel turns out to know that. pcpu-2: as the prototype kernels "
		  "of 2019 wanted it; on a kernel that is none of those the daemon refuses to "
		  "start. Between two hosts such a kernel keeps the clones of one connection: "
		  "others that are loaded after it go without." },
	{ .name = "ike-window", .kind = &kind_number16, AT(ike_window), .default_text = "16",
	  .min = 1, .max = 256,
	  .help = "How many requests a peer may have in flight to us on one IKE SA." },
	{ .name = "ddos-mode", .kind = &kind_words, AT(cookies), .default_text = "auto",
	  .words = cookie_words,
	  .help = "When an initiator must show that its address is its own: auto is from "
		  "ddos-ike-threshold= half-open IKE SAs on, or when more than 1000 initiators come "
		  "within a second or key agreement for them piles up; busy always, unlimited "
		  "never." },
	{ .name = "ddos-ike-threshold", .kind = &kind_number, AT(half_open_cookies),
	  .default_text = "25000", .min = 0, .max = 1000000,
	  .help = "The number of half-open IKE SAs from which ddos-mode=auto asks for cookies." },
	{ .name = "max-halfopen-ike", .kind = &kind_number, AT(half_open_max),
	  .default_text = "50000", .min = 1, .max = 1000000,
	  .help = "The most half-open IKE SAs that are kept; further initiators get no answer." },
};

#undef AT

/* Every value of an end writes more than one field or needs its neighbours: offset 0. */
static const struct option end_rows[] = {
	{ .name = "left", .kind = &kind_host, .default_note = "none; it must be there",
	  .help = "The end's address. %defaultroute is the address that this host reaches the "
		  "other end from. %any is for peers that may come from anywhere; see PEERS OF ANY "
		  "ADDRESS. Which end is ours is found by looking which address this host "
		  "has." },
	{ .name = "leftid", .kind = &kind_id, .default_note = "the end's address",
	  .help = "Who the end says it is, and whose key is looked up in ipsec.secrets(5)." },
	{ .name = "leftsubnet", .kind = &kind_subnet, .default_note = "the end itself",
	  .help = "What is behind the end: 192.0.2.0/24, also with a protocol and a port behind it, as "
		  "192.0.2.0/24/tcp/443, or several with commas between them. All of them go by one "
		  "Child SA: each packet between one of ours and one of the peer's, of either "
		  "family." },
	{ .name = "leftsubnets", .kind = &kind_subnets, .default_note = "none",
	  .help = "Several subnets, each pair of which with one of the other end is a connection and "
		  "a Child SA of its own: {192.0.2.0/24,192.0.3.0/24}. See SEVERAL SUBNETS." },
	{ .name = "leftprotoport", .kind = &kind_protoport, .default_text = "%any",
	  .help = "The only protocol, and the only port of this end, that is protected: tcp/443, "
		  "17/%any, icmp, or %any. The port is a number or the name of a common service; of "
		  "icmp and icmpv6 it is the type times 256 plus the code, so icmp/2048 is a ping. "
		  "Both ends have the same protocol. /%any lets the peer choose the port of this "
		  "end, as narrowing=yes would." },
	{ .name = "leftsourceip", .kind = &kind_source_ip, .default_note = "the system's choice",
	  .help = "The address, within the end's subnet, that this host's own packets into the "
		  "tunnel come from." },
	{ .name = "leftnexthop", .kind = &kind_next_hop, .default_text = "%defaultroute",
	  .help = "The router on the way to the other end." },
	{ .name = "leftupdown", .kind = &kind_updown, .default_text = "%disabled",
	  .help = "A command that is run when the connection comes up or goes down, once for all "
		  "its clones. Routes and source addresses need none; \"ipsec _updown\" is "
		  "accepted and is the same as %disabled." },
};

#define AT(member) .offset = offsetof(struct conf_conn, member)

static const struct option conn_rows[] = {
	{ .name = "auto", .kind = &kind_words, AT(startup), .default_text = "ignore",
	  .words = auto_words,
	  .help = "What happens with the connection when the daemon starts: ignore, add (load "
		  "it), route (load it, and bring it up when there is traffic), start (load it and "
		  "bring it up), keep (load it, and once it is up, keep it up)." },
	{ .name = "connalias", .kind = &kind_name, AT(alias), .default_note = "none",
	  .help = "Another name for the connection. Several may share one: a command for it is for "
		  "all of them." },
	{ .name = "authby", .kind = &kind_fixed, .words = authby_words,
	  .default_note = "none; it must be there",
	  .only = "only pre-shared keys are there yet",
	  .help = "How the two ends prove who they are: with a key of ipsec.secrets(5)." },
	{ .name = "keyexchange", .kind = &kind_fixed, .words = keyexchange_words,
	  .only = "only IKEv2 is spoken", .help = "The protocol of the key exchange." },
	{ .name = "ikev2", .kind = &kind_fixed, .words = ikev2_words,
	  .only = "only IKEv2 is spoken", .help = "An older way to write keyexchange=ikev2." },
	{ .name = "type", .kind = &kind_words, AT(type), .default_text = "tunnel",
	  .words = type_words, .only = "passthrough, drop and reject are not there yet",
	  .help = "Whether whole packets are protected (tunnel), or what is inside the packets "
		  "between the two ends themselves (transport)." },
	{ .name = "ike", .kind = &kind_ike, AT(ike),
	  .default_note = "AES-GCM, ChaCha20-Poly1305 and AES-CBC with SHA-2",
	  .help = "The algorithms of the IKE SA: ENCRYPTION-PRF-GROUP, proposals separated by "
		  "commas and alternatives by +, such as aes_gcm256-sha2_512+sha2_256-dh19+dh31. Up to seven "
		  "additional key exchanges (RFC 9370) may follow: "
		  "aes_gcm256-sha2_512-dh31;addke1=mlkem768;addke2=dh20+none, where none lets the "
		  "peer do without. mlkem768 (ML-KEM-768) needs an NSS that has it; `ipsec status` "
		  "says whether it has." },
	{ .name = "esp", .kind = &kind_esp, AT(esp),
	  .default_note = "AES-GCM, ChaCha20-Poly1305 and AES-CBC with SHA-2",
	  .help = "The algorithms of the Child SAs: ENCRYPTION-INTEGRITY-GROUP, such as "
		  "aes_gcm256,aes256-sha2_512. Without GROUP, pfs= decides. After a GROUP there "
		  "may be additional key exchanges, as in ike=." },
	{ .name = "phase2", .kind = &kind_fixed, .words = phase2_words,
	  .only = "AH is not there", .help = "The protocol of the Child SAs." },
	{ .name = "pfs", .kind = &kind_yes_no, AT(pfs), .default_text = "yes",
	  .help = "Whether every Child SA has a key exchange of its own. The first one, made "
		  "together with the IKE SA, never has." },
	{ .name = "intermediate", .kind = &kind_yes_no, AT(intermediate), .default_text = "no",
	  .help = "Whether the peer is told that IKE_INTERMEDIATE (RFC 9242) is spoken here. It "
		  "always is where ike= has additional key exchanges, which need it." },
	{ .name = "ppk", .kind = &kind_words, AT(ppk), .default_text = "no", .words = ppk_words,
	  .help = "Whether a post-quantum pre-shared key (RFC 8784) of ipsec.secrets(5) goes into "
		  "the keys: not (no), where the peer has it too (propose; also yes), or else "
		  "there is no connection (insist)." },
	{ .name = "ppk-ids", .kind = &kind_ppk_ids, AT(ppk_ids),
	  .default_note = "whichever fits the two ends",
	  .help = "The names of the post-quantum pre-shared keys that may be used, the best one "
		  "first, commas between them." },
	{ .name = "ikelifetime", .kind = &kind_time, AT(ike_lifetime), .default_text = "8h",
	  .min = SECONDS(1), .max = HOURS(24), .help = "How long an IKE SA lives." },
	{ .name = "ipsec-lifetime", .kind = &kind_time, AT(ipsec_lifetime), .default_text = "8h",
	  .min = SECONDS(1), .max = HOURS(24), .help = "How long a Child SA lives." },
	{ .name = "ipsec-max-bytes", .kind = &kind_bytes, AT(ipsec_max_bytes),
	  .default_text = "2^63B", .min = 1024, .max = CONF_LIMIT_NONE,
	  .help = "How much may go over a Child SA in either direction. Who made it replaces it "
		  "after a quarter to a third of that, the other end a little before the half; "
		  "the kernel uses it no further than this." },
	{ .name = "ipsec-max-packets", .kind = &kind_packets, AT(ipsec_max_packets),
	  .default_text = "2^63", .min = 10, .max = CONF_LIMIT_NONE,
	  .help = "The same, in packets. Without extended sequence numbers a Child SA is replaced "
		  "after 2^31 packets in any case." },
	{ .name = "rekey", .kind = &kind_yes_no, AT(rekey), .default_text = "yes",
	  .help = "Whether an SA is replaced before its life ends." },
	{ .name = "reauth", .kind = &kind_yes_no, AT(reauth), .default_text = "no",
	  .help = "Whether the ends prove anew who they are when an IKE SA is replaced: a whole new "
		  "one is made with all its Child SAs, and then the old one is deleted; nothing is "
		  "lost meanwhile. Without, the IKE SA gets new keys only. One that is not between "
		  "the addresses written here (see mobike=) gets new keys only in any case." },
	{ .name = "rekeymargin", .kind = &kind_time, AT(rekey_margin), .default_text = "9m",
	  .min = 0, .max = HOURS(24),
	  .help = "How long before the end of its life an SA is replaced." },
	{ .name = "rekeyfuzz", .kind = &kind_percent, AT(rekey_fuzz), .default_text = "100%",
	  .max = 1000, .help = "By how much of itself rekeymargin= varies." },
	{ .name = "dpddelay", .kind = &kind_time, AT(dpd_delay), .default_text = "0s", .min = 0,
	  .max = HOURS(24),
	  .help = "After how much silence the peer is asked whether it is alive; 0: never." },
	{ .name = "retransmit-timeout", .kind = &kind_time, AT(retransmit_timeout),
	  .default_text = "30s", .min = SECONDS(1), .max = HOURS(1),
	  .help = "After how long a request that nobody answered is given up." },
	{ .name = "retransmit-interval", .kind = &kind_time_ms, AT(retransmit_interval),
	  .default_text = "500ms", .min = MILLISECONDS(10), .max = MINUTES(1),
	  .help = "When a request is sent again for the first time; each wait after that is "
		  "twice as long." },
	{ .name = "initial-contact", .kind = &kind_yes_no, AT(initial_contact),
	  .default_text = "yes",
	  .help = "Whether a peer to which we have no other IKE SA is told so, that it may forget "
		  "what we had before a restart. Not for several hosts that share an id." },
	{ .name = "fragmentation", .kind = &kind_words, AT(fragmentation), .default_text = "yes",
	  .words = fragmentation_words,
	  .help = "Whether large IKE messages are split by IKE instead of by IP, where the peer "
		  "can put them together (RFC 7383). force is taken for yes: IKEv2 never waits for "
		  "the whole message to be lost first." },
	{ .name = "fragment-size", .kind = &kind_number, AT(fragment_size),
	  .default_text = "auto", .words = auto_number_words, .min = FRAGMENT_SIZE_MIN,
	  .max = 65535,
	  .help = "The longest IP packet of an IKE message, in bytes: what would be longer is "
		  "split. auto is what every network carries, 576 for IPv4 and 1280 for IPv6." },
	{ .name = "childless", .kind = &kind_words, AT(childless), .default_text = "allow",
	  .words = childless_words,
	  .help = "Whether an IKE SA may come up before its first Child SA (RFC 6023), which then "
		  "has a key exchange of its own where pfs=yes. allow: the peer may do so; prefer: "
		  "so do we, where the peer can; force: we never do otherwise; never." },
	{ .name = "narrowing", .kind = &kind_yes_no, AT(narrowing), .default_text = "no",
	  .help = "Whether the ends may agree on less than the subnets written here. What traffic "
		  "brings up (auto=route) then has the packet that it began with, whatever else the "
		  "peer leaves out; and a peer that wants a Child SA for each pair of addresses gets "
		  "one for those of that packet, while the rest waits." },
	{ .name = "encapsulation", .kind = &kind_words, AT(encapsulation), .default_text = "auto",
	  .words = encapsulation_words,
	  .help = "ESP within UDP: where a NAT is found (auto), always, or never." },
	{ .name = "nat-keepalive", .kind = &kind_yes_no, AT(nat_keepalive), .default_text = "yes",
	  .help = "Whether packets keep a NAT's mapping alive; see keep-alive=." },
	{ .name = "mobike", .kind = &kind_yes_no, AT(mobike), .default_text = "no",
	  .help = "Whether the ends may change their addresses while the connection is up "
		  "(RFC 4555); where both have it, and in tunnel mode. Who initiated the "
		  "connection then takes another address when the one in use goes away, and "
		  "another way when the peer does not answer any more." },
	{ .name = "esn", .kind = &kind_words, AT(esn), .default_text = "either",
	  .words = esn_words,
	  .help = "64-bit sequence numbers: preferred (either), required, or not used." },
	{ .name = "replay-window", .kind = &kind_number, AT(replay_window), .min = 1,
	  .max = REPLAY_WINDOW_MAX, .default_note = "128 for a clone, 1024 for a head",
	  .help = "How many packets may arrive out of order, in packets." },
	{ .name = "clones", .kind = &kind_clones, AT(clones), .default_text = "no",
	  .help = "CPUs with a Child SA of their own beside the head, which every CPU may use: "
		  "none; a number, for CPU 0 and up; yes, for each CPU that is online; or a list "
		  "of CPUs such as 0-3,8-11. Of a CPU that goes offline the Child SA is kept for "
		  "when it is back; one that comes online, and is meant, gets its own then. "
		  "Connection NAME is shown as NAME-0 (the head) and NAME-1 and so on." },
	{ .name = "clone-mode", .kind = &kind_words, AT(clone_mode), .default_text = "all",
	  .words = clone_mode_words,
	  .help = "When clones are made: all of them when the connection comes up, or ondemand, "
		  "when the head carries traffic; see CLONES ON DEMAND. It is for the clones that "
		  "this end makes: the peer has a mode of its own." },
	{ .name = "clone-idle", .kind = &kind_time, AT(clone_idle), .default_text = "5m", .min = 0,
	  .max = HOURS(24),
	  .help = "With clone-mode=ondemand: how long no packet has come or gone by any Child SA of "
		  "the connection before this end gives the clones back that it has made; 0: "
		  "never." },
	{ .name = "clone-acquire", .kind = &kind_yes_no, AT(clone_acquire), .default_text = "no",
	  .help = "With clone-mode=ondemand: whether the kernel, too, says which CPU sends without a "
		  "clone, and that clone is made at once. That costs packets; see CLONES ON "
		  "DEMAND." },
	{ .name = "clone-steering", .kind = &kind_words, AT(clone_steering), .default_text = "auto",
	  .words = clone_steering_words,
	  .help = "How what comes in for a clone gets to the clone's CPU, where the card puts all ESP of "
		  "a peer on one; see CLONES THAT RECEIVE." },
	{ .name = "clone-ports", .kind = &kind_words, AT(clone_ports), .default_text = "same",
	  .words = clone_ports_words,
	  .help = "UDP source ports of what this end's clones send, where ESP goes in UDP: the same as "
		  "the head's, 4500; or spread, one from 49152 to 65535 for each clone, by which the "
		  "peer's network card can tell them apart; see PORTS OF CLONES." },
	{ .name = "max-clones", .kind = &kind_number, AT(max_clones), .default_text = "auto",
	  .words = auto_number_words, .min = 1, .max = CLONES_MAX,
	  .help = "The most clones, the peer's included, that one connection may have; auto is "
		  "twice the number of CPUs, and two." },
	{ .name = "max-instances", .kind = &kind_number, AT(max_instances),
	  .default_text = "10000", .min = 1, .max = 1000000,
	  .help = "The most peers at the same time, where left= or right= is %any." },
	{ .name = "reqid", .kind = &kind_number, AT(reqid), .default_text = "auto",
	  .words = auto_number_words, .min = 1, .max = REQID_MANUAL_MAX,
	  .help = "The number that ties the kernel's policies to the SAs of this connection." },
	{ .name = "priority", .kind = &kind_number, AT(priority), .default_text = "auto",
	  .words = auto_number_words, .min = 1, .max = UINT32_MAX,
	  .help = "The priority of the kernel's policies; the lowest number wins. auto lets the "
		  "narrower subnet win." },
	{ .name = "metric", .kind = &kind_number, AT(metric), .default_text = "0", .min = 0,
	  .max = INT32_MAX, .help = "The metric of routes that are set; 0: the system's." },
	{ .name = "mtu", .kind = &kind_number, AT(mtu), .default_text = "auto",
	  .words = auto_number_words, .min = 576, .max = 65535,
	  .help = "The MTU of routes that are set." },
};

#undef AT

struct option_rows option_rows_setup(void)
{
	return (struct option_rows) { setup_rows, ARRAY_LEN(setup_rows) };
}

struct option_rows option_rows_end(void)
{
	return (struct option_rows) { end_rows, ARRAY_LEN(end_rows) };
}

struct option_rows option_rows_conn(void)
{
	return (struct option_rows) { conn_rows, ARRAY_LEN(conn_rows) };
}

const char *conf_uniqueids_name(enum conf_uniqueids value)
{
	const struct option_word *word = uniqueids_words;

	while (word->value != (unsigned int)value)
		word++;
	return word->word;
}
