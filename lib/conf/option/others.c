/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that users of libreswan may have in their files, and that are not options of ours. */
#include "base/text.h"
#include "conf/option/option.h"

#define SETUP   .section = SECTION_SETUP
#define CONN    .section = SECTION_CONN
#define END     .section = SECTION_CONN, .end = true
#define REFUSED .fate = OTHER_REFUSED, .text
#define IGNORED .fate = OTHER_IGNORED, .text
#define FIXED   .fate = OTHER_FIXED, .text
#define ALIAS   .fate = OTHER_ALIAS, .text
#define BUT     .other

static const char certificates[] = "certificates are not there yet";
static const char raw_keys[] = "raw keys are not there yet";
static const char pools[] = "address pools and configuration payloads are not there yet";
static const char ikev1[] = "this is for IKEv1, which is not spoken";
static const char dns[] = "nothing is looked up in DNS yet";
static const char vti[] = "VTI interfaces are not there; policies need no interface";
static const char interfaces[] = "ipsec interfaces are not there yet";
static const char marks[] = "marks are not there yet";
static const char iptfs[] = "IP-TFS is not there yet";
static const char labels[] = "security labels are not there yet";
static const char redirects[] = "IKE redirects are not there yet";
static const char tcp[] = "IKE over TCP is not there yet";
static const char shunts[] = "bare shunts are not there yet";
static const char not_yet[] = "this is not there yet";
static const char no_use[] = "it has nothing to act on here";

static const struct option_other others[] = {
	/* config setup */
	{ SETUP, .name = "virtual-private", IGNORED = no_use },
	{ SETUP, .name = "virtual_private", IGNORED = no_use },
	{ SETUP, .name = "nat_traversal", IGNORED = "NAT traversal is always on" },
	{ SETUP, .name = "nat-traversal", IGNORED = "NAT traversal is always on" },
	{ SETUP, .name = "oe", FIXED = "no", BUT = "opportunistic encryption is not there yet" },
	{ SETUP, .name = "interfaces", FIXED = "%defaultroute", BUT = "listen= names the address" },
	{ SETUP, .name = "ikev1-policy", FIXED = "drop", BUT = ikev1 },
	{ SETUP, .name = "listen-udp", FIXED = "yes", BUT = "IKE is spoken over UDP only" },
	{ SETUP, .name = "listen-tcp", FIXED = "no", BUT = tcp },
	{ SETUP, .name = "dnssec-enable", IGNORED = dns },
	{ SETUP, .name = "dnssec-rootkey-file", IGNORED = dns },
	{ SETUP, .name = "dnssec-anchors", IGNORED = dns },
	{ SETUP, .name = "dns-resolver", IGNORED = dns },
	{ SETUP, .name = "crl-strict", FIXED = "no", BUT = certificates },
	{ SETUP, .name = "crlcheckinterval", FIXED = "0", BUT = certificates },
	{ SETUP, .name = "crl-timeout", REFUSED = certificates },
	{ SETUP, .name = "curl-iface", REFUSED = certificates },
	{ SETUP, .name = "curl-timeout", REFUSED = certificates },
	{ SETUP, .name = "ocsp-enable", FIXED = "no", BUT = certificates },
	{ SETUP, .name = "ocsp-strict", FIXED = "no", BUT = certificates },
	{ SETUP, .name = "ocsp-timeout", REFUSED = certificates },
	{ SETUP, .name = "ocsp-uri", REFUSED = certificates },
	{ SETUP, .name = "ocsp-trustname", REFUSED = certificates },
	{ SETUP, .name = "ocsp-cache-size", REFUSED = certificates },
	{ SETUP, .name = "ocsp-cache-min-age", REFUSED = certificates },
	{ SETUP, .name = "ocsp-cache-max-age", REFUSED = certificates },
	{ SETUP, .name = "ocsp-method", REFUSED = certificates },
	{ SETUP, .name = "logip", FIXED = "yes", BUT = "addresses are always logged" },
	{ SETUP, .name = "loglimit", IGNORED = "every log line is limited in its own way" },
	{ SETUP, .name = "audit-log", FIXED = "no", BUT = "the audit log is not there yet" },
	{ SETUP, .name = "statsbin", REFUSED = not_yet },
	{ SETUP, .name = "seccomp", FIXED = "disabled", BUT = "the filter is not there yet" },
	{ SETUP, .name = "ike-socket-bufsize", FIXED = "0", BUT = not_yet },
	{ SETUP, .name = "ike-socket-errqueue", IGNORED = "errors of the socket are always read" },
	{ SETUP, .name = "shuntlifetime", REFUSED = shunts },
	{ SETUP, .name = "expire-shunt-interval", REFUSED = shunts },
	{ SETUP, .name = "expire-lifetime", REFUSED = shunts },
	{ SETUP, .name = "global-redirect", FIXED = "no", BUT = redirects },
	{ SETUP, .name = "global-redirect-to", REFUSED = redirects },
	{ SETUP, .name = "nflog-all", FIXED = "0", BUT = "NFLOG is not there yet" },
	{ SETUP, .name = "ipsec-interface-managed", REFUSED = interfaces },
	{ SETUP, .name = "myvendorid", REFUSED = "the vendor id is fixed" },
	{ SETUP, .name = "seedbits", REFUSED = "NSS seeds itself" },
	{ SETUP, .name = "seeddev", REFUSED = "NSS seeds itself" },
	{ SETUP, .name = "syslog", REFUSED = "the log goes to logfile= or the journal" },
	{ SETUP, .name = "rundir", REFUSED = "it is given on the command line, as --rundir" },
	{ SETUP, .name = "exampledir", IGNORED = no_use },
	{ SETUP, .name = "klipsdebug", IGNORED = no_use },
	{ SETUP, .name = "fragicmp", IGNORED = no_use },
	{ SETUP, .name = "hidetos", IGNORED = no_use },
	{ SETUP, .name = "plutofork", IGNORED = no_use },
	{ SETUP, .name = "plutostderrlog", ALIAS = "logfile" },
	{ SETUP, .name = "plutowait", IGNORED = no_use },

	/* conn: other spellings */
	{ CONN, .name = "keylife", ALIAS = "ipsec-lifetime" },
	{ CONN, .name = "lifetime", ALIAS = "ipsec-lifetime" },
	{ CONN, .name = "salifetime", ALIAS = "ipsec-lifetime" },
	{ CONN, .name = "phase2alg", ALIAS = "esp" },
	{ CONN, .name = "auth", ALIAS = "phase2" },
	{ CONN, .name = "forceencaps", ALIAS = "encapsulation" },
	{ CONN, .name = "initial_contact", ALIAS = "initial-contact" },
	{ CONN, .name = "ike_frag", ALIAS = "fragmentation" },
	{ CONN, .name = "ike-frag", ALIAS = "fragmentation" },

	/* conn: nothing to act on */
	{ CONN, .name = "dpdaction", IGNORED = "auto= says what happens" },
	{ CONN, .name = "dpdtimeout", IGNORED = "retransmit-timeout= says how long" },
	{ CONN, .name = "ikev1-dpdtimeout", IGNORED = "retransmit-timeout= says how long" },
	{ CONN, .name = "keyingtries", IGNORED = "auto= says what happens" },
	{ CONN, .name = "clientaddrfamily", IGNORED = "the addresses say it" },
	{ CONN, .name = "hostaddrfamily", IGNORED = "the addresses say it" },
	{ CONN, .name = "connaddrfamily", IGNORED = "the addresses say it" },
	{ CONN, .name = "overlapip", IGNORED = no_use },
	{ CONN, .name = "ignore-peer-dns", IGNORED = no_use },
	{ CONN, .name = "nm-configured", IGNORED = no_use },
	{ CONN, .name = "nm_configured", IGNORED = no_use },

	/* conn: only as it is anyway */
	{ CONN, .name = "autheap", FIXED = "none", BUT = "EAP is not there yet" },
	{ END, .name = "autheap", FIXED = "none", BUT = "EAP is not there yet" },
	{ END, .name = "auth", FIXED = "secret", BUT = "only pre-shared keys are there yet" },
	{ CONN, .name = "compress", FIXED = "no", BUT = "IPCOMP is not there" },
	{ CONN, .name = "enable-tcp", FIXED = "no", BUT = tcp },
	{ CONN, .name = "decap-dscp", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "encap-dscp", FIXED = "yes", BUT = not_yet },
	{ CONN, .name = "nopmtudisc", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "nic-offload", FIXED = "no", BUT = "NIC offload is not there yet" },
	{ CONN, .name = "iptfs", FIXED = "no", BUT = iptfs },
	{ CONN, .name = "session-resumption", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "accept-redirect", FIXED = "no", BUT = redirects },
	{ CONN, .name = "send-redirect", FIXED = "no", BUT = redirects },
	{ CONN, .name = "pam-authorize", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "send-vendorid", FIXED = "yes", BUT = "the vendor id is always sent" },
	{ CONN, .name = "fake-strongswan", FIXED = "no", BUT = "nobody else is imitated" },
	{ CONN, .name = "send-supported-auth-methods", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "reject-simultaneous-ike-auth", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "tfc", FIXED = "0", BUT = not_yet },
	{ CONN, .name = "send-esp-tfc-padding-not-supported", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "send-no-esp-tfc", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "sha2-truncbug", FIXED = "no", BUT = "a broken length is not used" },
	{ CONN, .name = "ms-dh-downgrade", FIXED = "no", BUT = "groups are not downgraded" },
	{ CONN, .name = "pfs-rekey-workaround", FIXED = "no", BUT = not_yet },
	{ CONN, .name = "negotiationshunt", FIXED = "drop", BUT = shunts },
	{ CONN, .name = "failureshunt", FIXED = "none", BUT = shunts },
	{ CONN, .name = "ipsec-interface", FIXED = "no", BUT = interfaces },
	{ CONN, .name = "aggressive", FIXED = "no", BUT = ikev1 },
	{ CONN, .name = "aggrmode", FIXED = "no", BUT = ikev1 },
	{ CONN, .name = "ikepad", FIXED = "yes", BUT = ikev1 },

	/* conn: refused */
	{ END, .name = "cert", REFUSED = certificates },
	{ END, .name = "ckaid", REFUSED = certificates },
	{ END, .name = "ca", REFUSED = certificates },
	{ END, .name = "sendcert", REFUSED = certificates },
	{ CONN, .name = "sendca", REFUSED = certificates },
	{ CONN, .name = "require-id-on-certificate", REFUSED = certificates },
	{ CONN, .name = "dns-match-id", REFUSED = certificates },
	{ END, .name = "rsasigkey", REFUSED = raw_keys },
	{ END, .name = "ecdsakey", REFUSED = raw_keys },
	{ END, .name = "eddsakey", REFUSED = raw_keys },
	{ END, .name = "pubkey", REFUSED = raw_keys },
	{ END, .name = "addresspool", REFUSED = pools },
	{ END, .name = "modecfgserver", REFUSED = pools },
	{ END, .name = "modecfgclient", REFUSED = pools },
	{ END, .name = "cat", REFUSED = pools },
	{ END, .name = "username", REFUSED = "user names are not there yet" },
	{ CONN, .name = "modecfgdns", REFUSED = pools },
	{ CONN, .name = "modecfgdns1", REFUSED = pools },
	{ CONN, .name = "modecfgdns2", REFUSED = pools },
	{ CONN, .name = "modecfgdomains", REFUSED = pools },
	{ CONN, .name = "modecfgdomain", REFUSED = pools },
	{ CONN, .name = "modecfgbanner", REFUSED = pools },
	{ CONN, .name = "internal-addresspool", REFUSED = pools },
	{ CONN, .name = "share-lease", REFUSED = pools },
	{ END, .name = "interface-ip", REFUSED = interfaces },
	{ END, .name = "vti", REFUSED = vti },
	{ CONN, .name = "vti-interface", REFUSED = vti },
	{ CONN, .name = "vti-routing", REFUSED = vti },
	{ CONN, .name = "vti-shared", REFUSED = vti },
	{ CONN, .name = "mark", REFUSED = marks },
	{ CONN, .name = "mark-in", REFUSED = marks },
	{ CONN, .name = "mark-out", REFUSED = marks },
	{ END, .name = "ikeport", REFUSED = "other ports than 500 and 4500 are not there yet" },
	{ CONN, .name = "tcp-remoteport", REFUSED = tcp },
	{ CONN, .name = "iptfs-fragmentation", REFUSED = iptfs },
	{ CONN, .name = "iptfs-packet-size", REFUSED = iptfs },
	{ CONN, .name = "iptfs-max-queue-size", REFUSED = iptfs },
	{ CONN, .name = "iptfs-reorder-window", REFUSED = iptfs },
	{ CONN, .name = "iptfs-init-delay", REFUSED = iptfs },
	{ CONN, .name = "iptfs-drop-time", REFUSED = iptfs },
	{ CONN, .name = "redirect-to", REFUSED = redirects },
	{ CONN, .name = "accept-redirect-to", REFUSED = redirects },
	{ CONN, .name = "sec-label", REFUSED = labels },
	{ CONN, .name = "policy-label", REFUSED = labels },
	{ CONN, .name = "labeled-ipsec", REFUSED = labels },
	{ CONN, .name = "nflog-group", REFUSED = "NFLOG is not there yet" },
	{ CONN, .name = "nflog", REFUSED = "NFLOG is not there yet" },
	{ CONN, .name = "ah", REFUSED = "AH is not there; use esp=" },
	{ CONN, .name = "debug", REFUSED = "plutodebug= of config setup is for all" },
	{ END, .name = "updown-config", REFUSED = "the command never holds the daemon up" },
	{ END, .name = "groundhog", REFUSED = not_yet },
	{ CONN, .name = "xauthby", REFUSED = ikev1 },
	{ CONN, .name = "xauthfail", REFUSED = ikev1 },
	{ END, .name = "xauthserver", REFUSED = ikev1 },
	{ END, .name = "xauthclient", REFUSED = ikev1 },
	{ END, .name = "xauthusername", REFUSED = ikev1 },
	{ CONN, .name = "cisco-unity", REFUSED = ikev1 },
	{ CONN, .name = "cisco-split", REFUSED = ikev1 },
	{ CONN, .name = "remote-peer-type", REFUSED = ikev1 },
	{ CONN, .name = "remote_peer_type", REFUSED = ikev1 },
	{ CONN, .name = "nat-ikev1-method", REFUSED = ikev1 },
	{ CONN, .name = "modecfgpull", REFUSED = ikev1 },
};

const struct option_other *option_other_find(enum option_section section, bool end,
					     const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const struct option_other *other = &others[i];

		if (other->section == section && other->end == end &&
		    text_equal_nocase(other->name, name))
			return other;
	}
	return NULL;
}

struct option_others option_others(void)
{
	return (struct option_others) { others, ARRAY_LEN(others) };
}
