/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_control DIR: what clients ask and what the daemon answers. */
#include <stdio.h>

#include "base/must_check.h"
#include "seed_file.h"

#define REQUEST(command, more) "{\"v\": 1, \"command\": \"" command "\"" more "}\n"
#define NAMED(command, name)   REQUEST(command, ", \"name\": \"" name "\"")

static const char *const seeds[] = {
	REQUEST("status", "") NAMED("up", "a") REQUEST("status", ""),
	NAMED("route", "a") NAMED("up", "b") REQUEST("showstates", "") NAMED("unroute", "a")
		NAMED("down", "b") REQUEST("briefstatus", ""),
	NAMED("trafficstatus", "a") NAMED("connectionstatus", "a-1") NAMED("delete", "a")
		NAMED("up", "a-2"),
	REQUEST("add", ", \"replace\": true, \"connection\": {\"name\": \"a\", \"options\": "
		       "{\"left\": \"192.1.2.45\", \"right\": \"192.1.2.23\", \"authby\": "
		       "\"secret\", \"clones\": \"2\"}, \"defaults\": {\"mtu\": \"1400\"}}")
		NAMED("up", "a"),
	REQUEST("autoall-done", ", \"route\": [\"a\"], \"start\": [\"b\"], \"more\": true")
		REQUEST("autoall-done", "") REQUEST("ready", ""),
	NAMED("up", "a") REQUEST("cpus", "") REQUEST("cpus", ", \"name\": 7"),
	REQUEST("listen", "") REQUEST("rereadsecrets", "") REQUEST("version", "")
		REQUEST("statuss", "") REQUEST("shutdown", ""),
	"{\"class\": 6, \"traffic\": {\"serial\": 2, \"name\": \"a-1\", \"type\": \"ESP\", "
	"\"in_bytes\": 1, \"out_bytes\": 2, \"max_bytes\": \"2^63B\", \"id\": \"@east\"}}\n"
	"{\"class\": 0, \"text\": \"one\\ntwo\"}\n{\"result\": 3}\n",
	"{\"class\": 0, \"state\": {\"kind\": \"Child\", \"serial\": 3, \"name\": \"a\", \"port\": "
	"500, \"state\": \"established\", \"spi_in\": \"0x1\", \"spi_out\": \"2\", \"local\": "
	"\"1.2.3.4\", \"remote\": \"::1\", \"mode\": \"tunnel\", \"newest\": true}}\n"
	"{\"class\": 0, \"connection\": {\"name\": \"a\", \"priority\": 1, \"alias\": \"x\"}}\n"
	"{\"class\": 0, \"brief\": {\"ike\": {\"total\": 1}, \"ipsec\": {}}}\n"
	"{\"class\": 0, \"totals\": {\"loaded\": 1}}\n",
};

int main(int argc, char **argv)
{
	const char *dir = seed_dir(argc, argv);
	char name[32];

	for (unsigned i = 0; i < ARRAY_LEN(seeds); i++) {
		snprintf(name, sizeof(name), "lines-%u", i);
		seed_write(dir, name, bytes_of_text(seeds[i]));
	}
	return 0;
}
