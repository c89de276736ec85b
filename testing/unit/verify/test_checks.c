/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each outcome of each check, on hosts that are well but for one thing. */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

#define NETS                                                                       \
	"conn nets\n left=192.1.2.45\n right=192.1.2.23\n leftsubnet=192.0.1.0/24\n" \
	" rightsubnet=192.0.2.0/24\n authby=secret\n"
#define CLONES NETS " clones=4\n"
#define IPV6                                                                  \
	"conn six\n left=2001:db8::45\n right=2001:db8::23\n authby=secret\n" \
	" leftsubnet=2001:db8:0:1::/64\n rightsubnet=2001:db8:0:2::/64\n"

static struct host *h;

static int setup(void **state)
{
	(void)state;
	h = machine_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_free();
	return 0;
}

static void kernel(void **state)
{
	(void)state;
	assert_found(check_kernel, "esp", VERDICT_OK, "AES-GCM");
	assert_found(check_kernel, "per-cpu", VERDICT_OK, "(mainline)");
	assert_silent(check_kernel, "esp6");
	h->probe.prototype = true;
	assert_found(check_kernel, "per-cpu", VERDICT_OK, "(pcpu-2)");
	h->probe.per_cpu = h->probe.prototype = false;
	assert_found(check_kernel, "per-cpu", VERDICT_OK, "no connection asks");
	machine_conf(CLONES);
	assert_found(check_kernel, "per-cpu", VERDICT_WARN, "bound to no CPU");
	assert_silent(check_kernel, "none");
	machine_conf("config setup\n kernel=none\n" CLONES);
	assert_found(check_kernel, "none", VERDICT_WARN, "no packet is protected");
	h->probe.error = -EPERM;
	assert_found(check_kernel, "esp", VERDICT_WARN, "not tried");
	assert_silent(check_kernel, "per-cpu");
	h->probe = (struct kernel_probe) { .error = -EPROTONOSUPPORT, .text = "no ESP at all" };
	assert_found(check_kernel, "esp", VERDICT_FAIL, "no ESP at all");
}

static void kernel_without_ipv6(void **state)
{
	(void)state;
	h->probe = (struct kernel_probe) { .per_cpu = true, .text = "no ESP over IPv6" };
	assert_found(check_kernel, "esp6", VERDICT_WARN, "no ESP over IPv6");
	machine_conf(IPV6);
	assert_found(check_kernel, "esp6", VERDICT_FAIL, "no ESP over IPv6");
}

static void offload_modules(void **state)
{
	(void)state;
	assert_found(check_kernel, "esp-offload", VERDICT_OK, "not loaded: RPS spreads ESP");
	machine_write("/sys/module/esp4_offload/initstate", "live\n");
	assert_found(check_kernel, "esp-offload", VERDICT_OK, "esp4_offload is loaded");
	machine_write("/sys/module/esp6_offload/initstate", "live\n");
	assert_found(check_kernel, "esp-offload", VERDICT_OK, "esp4_offload and esp6_offload are");
}

#define UDP_HEAD "  sl  local_address rem_address   st tx_queue rx_queue\n"

static void daemon_and_ports(void **state)
{
	(void)state;
	machine_write("/proc/net/udp", UDP_HEAD "  116: 2D0201C0:01F4 00000000:0000 07\n");
	machine_write("/proc/net/udp6", UDP_HEAD "  9: 00000000000000000000000000000000:1194 0:0 07\n");
	assert_found(check_daemon, "running", VERDICT_OK, "answers");
	assert_found(check_daemon, "port", VERDICT_OK, "UDP port 500");
	assert_found(check_daemon, "port", VERDICT_OK, "UDP port 4500");
	assert_found(check_daemon, "conf", VERDICT_OK, "0 connections");
	h->running = false;
	assert_found(check_daemon, "running", VERDICT_WARN, "not running");
	assert_found(check_daemon, "port", VERDICT_FAIL, "port 500 is taken");
	h->running = true;
	machine_write("/proc/net/udp", UDP_HEAD "  1: 01F4:0000 2D0201C0:01F4 07\n");
	assert_found(check_daemon, "port", VERDICT_FAIL, "no socket on UDP port 500");
	conf_done(&h->conf);
	h->conf_read = false;
	strcpy(h->conf_error, "ipsec.conf:3: no such option");
	assert_found(check_daemon, "conf", VERDICT_FAIL, "ipsec.conf:3");
}

static void queues_and_hash(void **state)
{
	struct nic_facts *nic;

	(void)state;
	assert_found(check_nics, "devices", VERDICT_WARN, "none is known");
	nic = &machine_card()->nic;
	assert_silent(check_nics, "devices");
	assert_found(check_nics, "queues", VERDICT_OK, "ice: 4 queues");
	assert_found(check_nics, "hash", VERDICT_OK, "ESP by its SPI and UDP by its ports, and no conn");
	machine_conf(CLONES);
	assert_found(check_nics, "hash", VERDICT_OK, "IPv4: hashes ESP by its SPI");
	nic->flows[NIC_ESP4].fields = NIC_FIELD_SOURCE | NIC_FIELD_DESTINATION;
	assert_found(check_nics, "hash", VERDICT_WARN, "UDP by its ports and not ESP");
	machine_conf(CLONES " encapsulation=yes\n");
	assert_found(check_nics, "hash", VERDICT_WARN, "but all clones have the same");
	machine_conf(CLONES " encapsulation=yes\n clone-ports=spread\n");
	assert_found(check_nics, "hash", VERDICT_OK, "of which each clone has its own");
	nic->flows[NIC_UDP4].known = false;
	assert_found(check_nics, "hash", VERDICT_WARN, "neither ESP by its SPI nor UDP");
	machine_conf(NETS);
	assert_found(check_nics, "hash", VERDICT_OK, "no connection has clones");
	machine_conf(IPV6 " clones=2\n");
	nic->flows[NIC_ESP6].known = false;
	assert_found(check_nics, "hash", VERDICT_WARN, "IPv6: hashes UDP");
	nic->queues = 1;
	assert_found(check_nics, "queues", VERDICT_WARN, "one queue, so one CPU");
	assert_silent(check_nics, "hash");
	machine_conf(NETS);
	assert_found(check_nics, "queues", VERDICT_OK, "one queue");
	nic->queues = 0;
	nic->driver[0] = '\0';
	assert_found(check_nics, "queues", VERDICT_OK, "driver not known: the driver does not say");
	nic->is_card = false;
	assert_found(check_nics, "queues", VERDICT_OK, "a device of software");
}

static void features(void **state)
{
	struct device *d = machine_card();

	(void)state;
	assert_found(check_nics, "ntuple", VERDICT_OK, "are off; ethtool -K eth1 ntuple on");
	d->nic.features_on |= 1u << NIC_NTUPLE;
	d->nic.rules = 7;
	assert_found(check_nics, "ntuple", VERDICT_OK, "are on: 7 rules");
	d->nic.features_on = d->nic.features_can = 0;
	assert_found(check_nics, "ntuple", VERDICT_OK, "has no ntuple");
	assert_found(check_nics, "gro", VERDICT_WARN, "GRO is off");
	d->nic.is_card = false;
	assert_found(check_nics, "gro", VERDICT_OK, "GRO is off");
	d->nic.is_card = true;
	d->nic.features_on = 1u << NIC_GRO | 1u << NIC_LRO;
	assert_found(check_nics, "gro", VERDICT_OK, "GRO is on");
	assert_silent(check_nics, "lro");
	machine_conf(NETS);
	assert_found(check_nics, "lro", VERDICT_WARN, "does not go with forwarding");
	assert_found(check_nics, "xdp", VERDICT_OK, "no XDP program");
	machine_conf(CLONES " clone-steering=xdp\n");
	assert_found(check_nics, "xdp", VERDICT_OK, "no XDP program");
	h->clone_count = 1;
	assert_found(check_nics, "xdp", VERDICT_WARN, "though clone-steering=xdp is configured");
	d->xdp_native = 1;
	assert_found(check_nics, "xdp", VERDICT_WARN, "; its driver has XDP (native)");
	d->xdp_native = 0;
	assert_found(check_nics, "xdp", VERDICT_WARN, "; its driver has none: generic only");
	d->xdp = 1;
	assert_found(check_nics, "xdp", VERDICT_OK, "an XDP program, native");
	d->xdp = 2;
	assert_found(check_nics, "xdp", VERDICT_OK, "an XDP program, generic; its driver has none");
	d->xdp = 4;
	assert_found(check_nics, "xdp", VERDICT_OK, "several");
	d->xdp = -1;
	assert_silent(check_nics, "xdp");
}

static void rps(void **state)
{
	struct device *d = machine_card();

	(void)state;
	assert_silent(check_nics, "rps");
	machine_write("/sys/class/net/eth1/queues/rx-0/rps_cpus", "00000000,00000000\n");
	machine_write("/sys/class/net/eth1/queues/rx-1/rps_cpus", "00000000,00000000\n");
	assert_found(check_nics, "rps", VERDICT_OK, "RPS is off");
	machine_write("/sys/class/net/eth1/queues/rx-1/rps_cpus", "00000000,0000000f\n");
	assert_found(check_nics, "rps", VERDICT_OK, "1 of 2 queues: ESP is spread");
	machine_write("/sys/module/esp4_offload/initstate", "live\n");
	assert_found(check_nics, "rps", VERDICT_WARN, "decrypts ESP before it");
	d->nic.features_on = 0;
	assert_found(check_nics, "rps", VERDICT_OK, "1 of 2 queues");
}

static void give_interrupt(struct nic_facts *nic, uint32_t queue, uint16_t cpu)
{
	struct nic_interrupt *i;

	nic->interrupts = mem_grow(nic->interrupts, nic->interrupt_count + 1, sizeof(*i));
	i = &nic->interrupts[nic->interrupt_count++];
	*i = (struct nic_interrupt) { .number = 30 + queue, .queue = queue, .cpu_count = 1,
				      .cpus = mem_new_array(1, sizeof(cpu)) };
	i->cpus[0] = cpu;
}

static void interrupts_and_clones(void **state)
{
	struct nic_facts *nic = &machine_card()->nic;

	(void)state;
	assert_found(check_spread, "interrupts", VERDICT_OK, "not known");
	give_interrupt(nic, 0, 2);
	give_interrupt(nic, 1, 2);
	assert_found(check_spread, "interrupts", VERDICT_WARN, "all of its 4 queues interrupt CPU 2");
	give_interrupt(nic, 2, 3);
	assert_found(check_spread, "interrupts", VERDICT_OK, "interrupts CPUs 2-3");
	h->clones_on[2] = true;
	h->clone_count = 1;
	assert_found(check_spread, "interrupts", VERDICT_WARN, "CPUs 2-3, of which 3 has no clone");
	h->clones_on[3] = true;
	h->clone_count = 2;
	assert_found(check_spread, "interrupts", VERDICT_OK, "each has a clone");
}

static void counters(void **state)
{
	(void)state;
	assert_found(check_counters, "xfrm_stat", VERDICT_WARN, "is not there");
	machine_write("/proc/net/xfrm_stat", "XfrmInError\t0\nXfrmInStateSeqError\t0\n");
	assert_found(check_counters, "xfrm_stat", VERDICT_OK, "nothing was dropped");
	machine_write("/proc/net/xfrm_stat", "XfrmInError\t0\nXfrmInStateSeqError\t12\n");
	assert_found(check_counters, "XfrmInStateSeqError", VERDICT_WARN, "12 packets dropped by the");
	assert_silent(check_counters, "xfrm_stat");
	assert_silent(check_counters, "XfrmInError");
}

static void forwarding(void **state)
{
	(void)state;
	assert_silent(check_sysctls, "forwarding");
	machine_conf(NETS IPV6);
	assert_found(check_sysctls, "forwarding", VERDICT_WARN, "IPv4 is forwarded is not known");
	machine_write("/proc/sys/net/ipv4/ip_forward", "0\n");
	machine_write("/proc/sys/net/ipv6/conf/all/forwarding", "0\n");
	assert_found(check_sysctls, "forwarding", VERDICT_FAIL, "IPv4 is not forwarded");
	assert_found(check_sysctls, "forwarding", VERDICT_FAIL, "IPv6 is not forwarded");
	machine_write("/proc/sys/net/ipv4/ip_forward", "1\n");
	assert_found(check_sysctls, "forwarding", VERDICT_OK, "IPv4 is forwarded");
}

static void source_validation_and_switches(void **state)
{
	(void)state;
	(void)machine_card();
	assert_silent(check_sysctls, "rp_filter");
	machine_write("/proc/sys/net/ipv4/conf/all/rp_filter", "0\n");
	machine_write("/proc/sys/net/ipv4/conf/eth1/rp_filter", "1\n");
	assert_found(check_sysctls, "rp_filter", VERDICT_WARN, "rp_filter is strict");
	machine_write("/proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
	assert_found(check_sysctls, "rp_filter", VERDICT_OK, "is loose");
	machine_write("/proc/sys/net/ipv4/conf/all/rp_filter", "0\n");
	machine_write("/proc/sys/net/ipv4/conf/eth1/rp_filter", "0\n");
	assert_found(check_sysctls, "rp_filter", VERDICT_OK, "is off");
	assert_silent(check_sysctls, "disable_xfrm");
	machine_write("/proc/sys/net/ipv4/conf/eth1/disable_xfrm", "1\n");
	assert_found(check_sysctls, "disable_xfrm", VERDICT_FAIL, "switched off");
}

static void xfrm_settings_and_backlog(void **state)
{
	(void)state;
	machine_write("/proc/sys/net/core/xfrm_acq_expires", "30\n");
	assert_found(check_sysctls, "xfrm_acq_expires", VERDICT_OK, "as they come");
	machine_write("/proc/sys/net/core/xfrm_acq_expires", "3600\n");
	assert_found(check_sysctls, "xfrm_acq_expires", VERDICT_WARN, "3600 s");
	machine_write("/proc/sys/net/core/xfrm_larval_drop", "0\n");
	assert_silent(check_sysctls, "xfrm_larval_drop");
	machine_conf(NETS " auto=ondemand\n");
	assert_found(check_sysctls, "xfrm_larval_drop", VERDICT_WARN, "wait");
	assert_silent(check_sysctls, "netdev_max_backlog");
	machine_write("/proc/net/softnet_stat", "10 3 0\n20 4 0\n");
	assert_found(check_sysctls, "netdev_max_backlog", VERDICT_WARN, "7 packets were dropped");
}

static void mtu_and_mss(void **state)
{
	struct nic_facts *nic = &machine_card()->nic;

	(void)state;
	assert_found(check_mtu, "mtu", VERDICT_OK, "MTU 1500: up to 1446 bytes");
	assert_silent(check_mtu, "mss");
	machine_conf(NETS " encapsulation=yes\n");
	assert_found(check_mtu, "mtu", VERDICT_OK, "up to 1438 bytes of inner packet over IPv4 "
		     "(AES-GCM, tunnel mode, in UDP)");
	assert_found(check_mtu, "mss", VERDICT_OK, "no rule clamps");
	h->iptables.text = mem_text("-A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu\n");
	assert_found(check_mtu, "mss", VERDICT_OK, "rules clamp TCP's MSS");
	nic->mtu = 1000;
	assert_found(check_mtu, "mtu", VERDICT_WARN, "less than the 1280");
	assert_silent(check_mtu, "pmtu");
	machine_write("/proc/sys/net/ipv4/ip_no_pmtu_disc", "1\n");
	assert_found(check_mtu, "pmtu", VERDICT_WARN, "ip_no_pmtu_disc=1");
}

static void clock_outcomes(void **state)
{
	(void)state;
	assert_found(check_clock, "time", VERDICT_OK, "kept right");
	h->clock_synchronised = 0;
	assert_found(check_clock, "time", VERDICT_WARN, "knows of nobody");
	h->clock_synchronised = -1;
	assert_found(check_clock, "time", VERDICT_OK, "not known");
	h->now = 1000;
	assert_found(check_clock, "time", VERDICT_FAIL, "years behind");
}

static void change_mode(const char *path, mode_t mode)
{
	char whole[200];

	(void)snprintf(whole, sizeof(whole), "%s%s", h->root, path);
	assert_int_equal(chmod(whole, mode), 0);
}

static void use_file(char **setting, const char *path)
{
	char whole[200];

	(void)snprintf(whole, sizeof(whole), "%s%s", h->root, path);
	mem_free(*setting);
	*setting = mem_text(whole);
}

static void files(void **state)
{
	(void)state;
	use_file(&h->conf.setup.secretsfile, "/ipsec.secrets");
	use_file(&h->conf.setup.nssdir, "/nss");
	assert_found(check_files, "secrets", VERDICT_WARN, "No such file");
	assert_found(check_files, "nss", VERDICT_OK, "no NSS database");
	machine_write("/ipsec.secrets", ": PSK \"x\"\n");
	change_mode("/ipsec.secrets", 0600);
	assert_found(check_files, "secrets", VERDICT_OK, "mode 0600");
	assert_found(check_files, "conf", VERDICT_OK, "mode 0644");
	assert_found(check_files, "rundir", VERDICT_OK, "mode 0750");
	change_mode("/ipsec.secrets", 0640);
	assert_found(check_files, "secrets", VERDICT_FAIL, "can be read by others than root");
	change_mode("/ipsec.conf", 0664);
	assert_found(check_files, "conf", VERDICT_FAIL, "can be written by others than root");
	change_mode("/run", 0777);
	assert_found(check_files, "rundir", VERDICT_FAIL, "can be written by others");
	h->running = false;
	assert_silent(check_files, "rundir");
	machine_write("/nss/cert9.db", "x");
	machine_write("/nss/key4.db", "x");
	change_mode("/nss/cert9.db", 0640);
	change_mode("/nss/key4.db", 0644);
	assert_found(check_files, "nss", VERDICT_OK, "mode 0640");
	assert_found(check_files, "nss-keys", VERDICT_FAIL, "can be read by others than root");
	h->owner++;
	assert_found(check_files, "conf", VERDICT_FAIL, "does not belong to root");
}

#define INPUT(policy, rules) "*filter\n:INPUT " policy " [0:0]\n" rules "COMMIT\n"

static void firewall(void **state)
{
	static const char open[] = INPUT("DROP", "-A INPUT -p udp -m multiport --dports 500,4500 -j "
						 "ACCEPT\n-A INPUT -p esp -j ACCEPT\n");
	static const char narrow[] = INPUT("DROP", "-A INPUT -p udp --sport 4500 --dport 4500 -j "
						   "ACCEPT\n-A INPUT -s 192.1.2.23/32 -p udp --dport "
						   "500 -j ACCEPT\n");

	(void)state;
	assert_found(check_firewall, "read", VERDICT_WARN, "nft list ruleset: not here");
	assert_silent(check_firewall, "udp-500");
	h->iptables.text = mem_text(open);
	assert_found(check_firewall, "read", VERDICT_OK, "iptables-save: read; ip6tables-save: not");
	assert_found(check_firewall, "udp-500", VERDICT_OK, "IPv4: lets in");
	assert_found(check_firewall, "udp-any-4500", VERDICT_OK, "IPv4: lets in");
	assert_found(check_firewall, "esp", VERDICT_OK, "IPv4: lets in ESP");
	mem_free(h->iptables.text);
	h->iptables.text = mem_text(narrow);
	assert_found(check_firewall, "udp-500", VERDICT_WARN, "may be dropped: it depends");
	assert_found(check_firewall, "udp-4500", VERDICT_OK, "lets in");
	assert_found(check_firewall, "udp-any-4500", VERDICT_FAIL, "(iptables, chain INPUT)");
	assert_found(check_firewall, "esp", VERDICT_FAIL, "drops ESP");
	machine_conf(NETS " encapsulation=yes\n");
	assert_silent(check_firewall, "esp");
	machine_conf(IPV6);
	h->ip6tables.text = mem_text(INPUT("DROP", ""));
	assert_found(check_firewall, "udp-500", VERDICT_FAIL, "IPv6: drops UDP from port 500");
}

int main(void)
{
#define CHECK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CHECK_TEST(kernel),
		CHECK_TEST(kernel_without_ipv6),
		CHECK_TEST(offload_modules),
		CHECK_TEST(daemon_and_ports),
		CHECK_TEST(queues_and_hash),
		CHECK_TEST(features),
		CHECK_TEST(rps),
		CHECK_TEST(interrupts_and_clones),
		CHECK_TEST(counters),
		CHECK_TEST(forwarding),
		CHECK_TEST(source_validation_and_switches),
		CHECK_TEST(xfrm_settings_and_backlog),
		CHECK_TEST(mtu_and_mss),
		CHECK_TEST(clock_outcomes),
		CHECK_TEST(files),
		CHECK_TEST(firewall),
	};

	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
