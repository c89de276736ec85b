/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xfrm-dump: prints the SAs and policies of this network namespace, one greppable line each.
 *
 *   xfrm-dump                 SAs, then policies
 *   xfrm-dump --pcpu-2        the same of a kernel with the per-CPU SAs of 2019: outbound are its
 *                             heads and subs, of others it says no direction
 *   xfrm-dump --count sa      how many SAs there are; the kernel's own larval ones do not count
 *   xfrm-dump --count policy  how many policies there are; those of sockets do not count
 *   xfrm-dump --probe         succeeds where the kernel has ESP and per-CPU SAs
 *
 * The tools of the distributions we run on do not show an SA's CPU.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Younger than the headers of some distributions that we build on. */
#define ATTR_SA_DIR 33
#define ATTR_SA_PCPU 35
#define ATTR_MAX 63
#define PCPU_2_ATTR_CPU 32
#define PCPU_2_HEAD 2
#define PCPU_2_SUB 4
#define SA_DIR_IN 1
#define SA_DIR_OUT 2

#define PROBE_SPI 0x1000
#define GCM_KEY_BITS 160 /* AES-128 and 4 bytes of salt */
#define GCM_ICV_BITS 128
#define DUMP_BUFFER 32768

enum { DONE = 0, FAILED = 1, USAGE = 2 };

struct tally {
	bool quiet;
	bool pcpu_2;
	unsigned sas;
	unsigned policies;
};

struct attrs {
	const struct nlattr *at[ATTR_MAX + 1];
};

static int attr_note(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= ATTR_MAX)
		attrs->at[type] = attr;
	return MNL_CB_OK;
}

/* The attribute's payload, or NULL where it is absent or too short. */
static const void *attr_get(const struct attrs *attrs, unsigned type, size_t size)
{
	const struct nlattr *attr = attrs->at[type];

	if (attr == NULL || mnl_attr_get_payload_len(attr) < size)
		return NULL;
	return mnl_attr_get_payload(attr);
}

static const char *mode_name(unsigned mode)
{
	static const char *const names[] = { "transport", "tunnel", "ro", "in-trigger", "beet",
					     "iptfs" };

	return mode < sizeof(names) / sizeof(names[0]) ? names[mode] : "?";
}

static const char *address_text(char text[INET6_ADDRSTRLEN], unsigned family,
				const xfrm_address_t *address)
{
	const char *out = inet_ntop((int)family, address, text, INET6_ADDRSTRLEN);

	return out != NULL ? out : "?";
}

static void selector_print(const char *before, const char *between, const struct xfrm_selector *sel)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	unsigned family = sel->family != 0 ? sel->family : AF_INET;

	printf("%s%s/%u", before, address_text(src, family, &sel->saddr), sel->prefixlen_s);
	printf("%s%s/%u", between, address_text(dst, family, &sel->daddr), sel->prefixlen_d);
	printf(" proto=%u sport=%u dport=%u", sel->proto, ntohs(sel->sport), ntohs(sel->dport));
}

static uint32_t sa_extra_flags(const struct attrs *attrs)
{
	const uint32_t *flags = attr_get(attrs, XFRMA_SA_EXTRA_FLAGS, sizeof(*flags));

	return flags != NULL ? *flags : 0;
}

/* NULL: any CPU. In 2019 CPU 0 was not said. */
static const uint32_t *sa_cpu(const struct attrs *attrs, bool pcpu_2)
{
	static const uint32_t first;
	const uint32_t *cpu = attr_get(attrs, pcpu_2 ? PCPU_2_ATTR_CPU : ATTR_SA_PCPU,
				       sizeof(*cpu));

	if (pcpu_2 && cpu == NULL && (sa_extra_flags(attrs) & PCPU_2_SUB) != 0)
		return &first;
	return cpu;
}

static const char *sa_direction(const struct attrs *attrs, bool pcpu_2)
{
	const uint8_t *dir = attr_get(attrs, ATTR_SA_DIR, sizeof(*dir));

	if (pcpu_2)
		return (sa_extra_flags(attrs) & (PCPU_2_HEAD | PCPU_2_SUB)) != 0 ? "out" : "-";
	if (dir == NULL)
		return "-";
	return *dir == SA_DIR_OUT ? "out" : *dir == SA_DIR_IN ? "in" : "?";
}

static const char *sa_algorithm(const struct attrs *attrs)
{
	const struct xfrm_algo_aead *aead = attr_get(attrs, XFRMA_ALG_AEAD, sizeof(*aead));
	const struct xfrm_algo *cipher = attr_get(attrs, XFRMA_ALG_CRYPT, sizeof(*cipher));

	return aead != NULL ? aead->alg_name : cipher != NULL ? cipher->alg_name : "-";
}

static unsigned sa_replay_window(const struct xfrm_usersa_info *sa, const struct attrs *attrs)
{
	const struct xfrm_replay_state_esn *esn =
		attr_get(attrs, XFRMA_REPLAY_ESN_VAL, sizeof(*esn));

	return esn != NULL ? esn->replay_window : sa->replay_window;
}

static void sa_print(const struct xfrm_usersa_info *sa, const struct attrs *attrs, bool pcpu_2)
{
	const struct xfrm_encap_tmpl *encap = attr_get(attrs, XFRMA_ENCAP, sizeof(*encap));
	const uint32_t *cpu = sa_cpu(attrs, pcpu_2);
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	printf("sa dir=%s spi=0x%08x", sa_direction(attrs, pcpu_2), ntohl(sa->id.spi));
	printf(" src=%s", address_text(src, sa->family, &sa->saddr));
	printf(" dst=%s", address_text(dst, sa->family, &sa->id.daddr));
	printf(" reqid=%u mode=%s", sa->reqid, mode_name(sa->mode));
	if (cpu != NULL)
		printf(" cpu=%u", *cpu);
	else
		printf(" cpu=-");
	if (encap != NULL)
		printf(" encap=%u:%u", ntohs(encap->encap_sport), ntohs(encap->encap_dport));
	else
		printf(" encap=-");
	printf(" esn=%d replay=%u", (sa->flags & XFRM_STATE_ESN) != 0, sa_replay_window(sa, attrs));
	printf(" bytes=%" PRIu64 " packets=%" PRIu64, (uint64_t)sa->curlft.bytes,
	       (uint64_t)sa->curlft.packets);
	printf(" alg=%s", sa_algorithm(attrs));
	selector_print(" sel=", ">", &sa->sel);
	printf("\n");
}

static int sa_read(const struct nlmsghdr *nlh, void *data)
{
	struct tally *tally = data;
	struct attrs attrs = { 0 };
	struct xfrm_usersa_info sa; /* copied: netlink aligns to 4 bytes only */

	if (nlh->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(nlh) < sizeof(sa))
		return MNL_CB_ERROR;
	memcpy(&sa, mnl_nlmsg_get_payload(nlh), sizeof(sa));
	mnl_attr_parse(nlh, sizeof(sa), attr_note, &attrs);
	tally->sas += sa.id.spi != 0;
	if (!tally->quiet)
		sa_print(&sa, &attrs, tally->pcpu_2);
	return MNL_CB_OK;
}

/* The kernel numbers the policies of sockets with the directions after forward. */
static bool policy_is_of_socket(const struct xfrm_userpolicy_info *policy)
{
	return (policy->index & 7) >= XFRM_POLICY_MAX;
}

static void policy_print(const struct xfrm_userpolicy_info *policy, const struct attrs *attrs)
{
	static const char *const dirs[] = { "in", "out", "fwd" };
	const struct xfrm_user_tmpl *tmpl = attr_get(attrs, XFRMA_TMPL, sizeof(*tmpl));
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	unsigned dir = policy->index & 7;

	printf("policy dir=%s", dirs[dir % XFRM_POLICY_MAX]);
	selector_print(" src=", " dst=", &policy->sel);
	printf(" prio=%u action=%s", policy->priority,
	       policy->action == XFRM_POLICY_BLOCK ? "block" : "allow");
	if (tmpl != NULL) {
		printf(" reqid=%u mode=%s spi=0x%08x", tmpl->reqid, mode_name(tmpl->mode),
		       ntohl(tmpl->id.spi));
		printf(" tmpl-src=%s", address_text(src, tmpl->family, &tmpl->saddr));
		printf(" tmpl-dst=%s", address_text(dst, tmpl->family, &tmpl->id.daddr));
	} else {
		printf(" reqid=- mode=-");
	}
	printf(" flags=%u index=%u socket=%d\n", policy->flags, policy->index,
	       policy_is_of_socket(policy));
}

static int policy_read(const struct nlmsghdr *nlh, void *data)
{
	struct tally *tally = data;
	struct attrs attrs = { 0 };
	struct xfrm_userpolicy_info policy; /* copied: netlink aligns to 4 bytes only */

	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(policy))
		return MNL_CB_ERROR;
	memcpy(&policy, mnl_nlmsg_get_payload(nlh), sizeof(policy));
	mnl_attr_parse(nlh, sizeof(policy), attr_note, &attrs);
	tally->policies += !policy_is_of_socket(&policy);
	if (!tally->quiet)
		policy_print(&policy, &attrs);
	return MNL_CB_OK;
}

/* Sends the message and hands every part of the answer to read. 0 or -errno. */
static int talk(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t read, void *data)
{
	static _Alignas(struct nlmsghdr) char answer[DUMP_BUFFER];
	static unsigned seq;
	int more = MNL_CB_OK;

	nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(nl, answer, sizeof(answer));

		if (len < 0)
			return -errno;
		more = mnl_cb_run(answer, (size_t)len, seq, 0, read, data);
		/* One answer that is not part of a dump comes without an end mark. */
		if (more > MNL_CB_STOP && !(nlh->nlmsg_flags & NLM_F_DUMP))
			return 0;
	}
	return more == MNL_CB_ERROR ? -errno : 0;
}

static int dump(struct mnl_socket *nl, uint16_t type, mnl_cb_t read, struct tally *tally)
{
	_Alignas(struct nlmsghdr) char request[64];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return talk(nl, nlh, read, tally);
}

static void probe_addresses(struct xfrm_usersa_info *sa, sa_family_t family)
{
	sa->family = family;
	if (family == AF_INET) {
		sa->saddr.a4 = htonl(INADDR_LOOPBACK);
		sa->id.daddr.a4 = htonl(INADDR_LOOPBACK);
	} else {
		memcpy(&sa->saddr, &in6addr_loopback, sizeof(in6addr_loopback));
		memcpy(&sa->id.daddr, &in6addr_loopback, sizeof(in6addr_loopback));
	}
}

static int probe_add(struct mnl_socket *nl, sa_family_t family)
{
	_Alignas(struct nlmsghdr) char request[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct xfrm_usersa_info *sa = mnl_nlmsg_put_extra_header(nlh, sizeof(*sa));
	_Alignas(struct xfrm_algo_aead) char gcm[sizeof(struct xfrm_algo_aead) +
						 GCM_KEY_BITS / 8] = { 0 };
	struct xfrm_algo_aead *aead = (struct xfrm_algo_aead *)gcm;

	nlh->nlmsg_type = XFRM_MSG_NEWSA;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	probe_addresses(sa, family);
	sa->id.spi = htonl(PROBE_SPI);
	sa->id.proto = IPPROTO_ESP;
	sa->mode = XFRM_MODE_TUNNEL;
	sa->lft.soft_byte_limit = sa->lft.hard_byte_limit = XFRM_INF;
	sa->lft.soft_packet_limit = sa->lft.hard_packet_limit = XFRM_INF;
	strcpy(aead->alg_name, "rfc4106(gcm(aes))");
	aead->alg_key_len = GCM_KEY_BITS;
	aead->alg_icv_len = GCM_ICV_BITS;
	mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(gcm), gcm);
	mnl_attr_put_u8(nlh, ATTR_SA_DIR, SA_DIR_OUT);
	mnl_attr_put_u32(nlh, ATTR_SA_PCPU, 0);
	return talk(nl, nlh, NULL, NULL);
}

static int probe_read(const struct nlmsghdr *nlh, void *data)
{
	bool *bound = data;
	struct attrs attrs = { 0 };

	mnl_attr_parse(nlh, sizeof(struct xfrm_usersa_info), attr_note, &attrs);
	*bound = attr_get(&attrs, ATTR_SA_PCPU, sizeof(uint32_t)) != NULL;
	return MNL_CB_OK;
}

/* A kernel that does not know the attribute may accept it without a word, so it is read back. */
static bool probe_family(struct mnl_socket *nl, sa_family_t family)
{
	_Alignas(struct nlmsghdr) char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct xfrm_usersa_info sa = { 0 };
	struct xfrm_usersa_id *id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));
	bool bound = false;

	if (probe_add(nl, family) != 0)
		return false;
	probe_addresses(&sa, family);
	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	id->daddr = sa.id.daddr;
	id->spi = htonl(PROBE_SPI);
	id->family = family;
	id->proto = IPPROTO_ESP;
	return talk(nl, nlh, probe_read, &bound) == 0 && bound;
}

static struct mnl_socket *xfrm_socket(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);

	if (nl == NULL || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		fprintf(stderr, "xfrm-dump: no XFRM netlink: %s\n", strerror(errno));
		exit(FAILED);
	}
	return nl;
}

/* In a network namespace of its own, which ends with this process and its SAs. */
static int probe(void)
{
	struct mnl_socket *nl;
	bool has;

	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "xfrm-dump: no network namespace: %s\n", strerror(errno));
		return FAILED;
	}
	nl = xfrm_socket();
	has = probe_family(nl, AF_INET) && probe_family(nl, AF_INET6);
	mnl_socket_close(nl);
	return has ? DONE : FAILED;
}

static int show(struct tally *tally)
{
	struct mnl_socket *nl = xfrm_socket();
	int err = dump(nl, XFRM_MSG_GETSA, sa_read, tally);

	if (err == 0)
		err = dump(nl, XFRM_MSG_GETPOLICY, policy_read, tally);
	mnl_socket_close(nl);
	if (err == 0)
		return DONE;
	fprintf(stderr, "xfrm-dump: %s\n", strerror(-err));
	return FAILED;
}

int main(int argc, char **argv)
{
	struct tally tally = { .quiet = argc == 3 };
	bool counts_sas = argc == 3 && strcmp(argv[2], "sa") == 0;
	bool counts_policies = argc == 3 && strcmp(argv[2], "policy") == 0;
	int status;

	if (argc == 2 && strcmp(argv[1], "--probe") == 0)
		return probe();
	tally.pcpu_2 = argc == 2 && strcmp(argv[1], "--pcpu-2") == 0;
	if (argc != 1 && !tally.pcpu_2 &&
	    (strcmp(argv[1], "--count") != 0 || !(counts_sas || counts_policies))) {
		fprintf(stderr, "usage: xfrm-dump [--pcpu-2 | --count sa | --count policy | --probe]\n");
		return USAGE;
	}
	status = show(&tally);
	if (status == DONE && tally.quiet)
		printf("%u\n", counts_sas ? tally.sas : tally.policies);
	return status;
}
