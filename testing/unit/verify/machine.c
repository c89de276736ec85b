/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "verify/gather.h"

enum { PATH_LEN_MAX = 512 };

static char root[64], config[128], rundir[128];
static struct host host;

struct host *machine_new(void)
{
	strcpy(root, "/tmp/cygnet-verify.XXXXXX");
	assert_non_null(mkdtemp(root));
	(void)snprintf(config, sizeof(config), "%s/ipsec.conf", root);
	(void)snprintf(rundir, sizeof(rundir), "%s/run", root);
	assert_int_equal(mkdir(rundir, 0750), 0);
	host = (struct host) {
		.root = root, .config = config, .rundir = rundir, .owner = geteuid(),
		.probe = { .per_cpu = true }, .running = true,
		.clones_on = mem_new_array(CPU_MAX, sizeof(*host.clones_on)),
		.now = INT64_C(1800000000), .clock_synchronised = 1,
		.nft = { .why = "not here" }, .iptables = { .why = "not here" },
		.ip6tables = { .why = "not here" },
	};
	machine_conf("");
	return &host;
}

void machine_free(void)
{
	char command[128];

	host_done(&host);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
	assert_int_equal(system(command), 0);
}

void machine_write(const char *path, const char *text)
{
	char whole[PATH_LEN_MAX];
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *at = strchr(whole + strlen(root) + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		assert_true(mkdir(whole, 0755) == 0 || errno == EEXIST);
		*at = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void machine_conf(const char *text)
{
	struct conf_errors errors = { 0 };

	if (host.conf_read)
		conf_done(&host.conf);
	host.conf_read = conf_parse("ipsec.conf", bytes_of_text(text), &host.conf, &errors);
	if (errors.count != 0)
		fail_msg("%s: %s", errors.list[0].where, errors.list[0].text);
	conf_errors_done(&errors);
	assert_true(host.conf_read);
	machine_write("/ipsec.conf", text);
	assert_int_equal(chmod(config, 0644), 0);
}

struct device *machine_card(void)
{
	struct device *d = &host.devices[host.device_count++];

	*d = (struct device) { .leads_to_peers = true, .xdp_native = -1, .nic = {
		.name = "eth1", .is_card = true, .driver = "ice", .mtu = 1500, .queues = 4,
		.features_known = true, .features_on = 1u << NIC_GRO,
		.features_can = 1u << NIC_GRO | 1u << NIC_NTUPLE,
	} };
	for (int i = 0; i < NIC_FLOWS; i++)
		d->nic.flows[i] = (struct nic_fields) {
			.known = true, .fields = NIC_FIELD_SOURCE | NIC_FIELD_FIRST_HALF,
		};
	return d;
}

void assert_found(void (*check)(const struct host *h, struct findings *f), const char *word,
		  enum verdict verdict, const char *piece)
{
	struct findings f = { 0 };
	size_t found_there = 0;

	check(&host, &f);
	for (size_t i = 0; i < f.count; i++)
		if (strcmp(f.list[i].check, word) == 0 && f.list[i].verdict == verdict &&
		    strstr(f.list[i].text, piece) != NULL)
			found_there++;
	for (size_t i = 0; i < f.count && found_there != 1; i++)
		print_message("%s: %d %s\n", f.list[i].check, f.list[i].verdict, f.list[i].text);
	if (found_there != 1)
		fail_msg("%s: not once %d \"%s\"", word, verdict, piece);
	findings_done(&f);
}

void assert_silent(void (*check)(const struct host *h, struct findings *f), const char *word)
{
	struct findings f = { 0 };

	check(&host, &f);
	for (size_t i = 0; i < f.count; i++)
		assert_string_not_equal(f.list[i].check, word);
	findings_done(&f);
}
