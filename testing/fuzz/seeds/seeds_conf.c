/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_conf DIR: writes good files, JSON and words for fuzz_conf to start from into DIR. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must_check.h"
#include "conf/conf.h"
#include "seed_file.h"

static const struct {
	const char *name, *text;
} seeds[] = {
	{ "file", "version 2.0\nconfig setup\n\tlogfile=/tmp/x # here\n\tlisten=192.1.2.45\n"
		  "conn %default\n\tauthby=secret\n\tdpddelay=\n"
		  "conn a\n\talso=b, c\n\tleft=192.1.2.45\n\tleftid=@[a-b]\n\tclones=0-3,9\n"
		  "conn b\n\tright=192.1.2.23\n\tike=aes256-sha2,\n\t    aes_gcm-sha2;dh19\n"
		  "\tleftprotoport=tcp/80\n\trightprotoport=tcp\n\tx-y=z\n\tleftupdown=\"a b\"\n"
		  "conn c\n\trightsubnet={192.0.2.0/24}\n\tikelifetime=1h\n" },
	{ "subnets", "conn a\n left=192.1.2.45\n leftsubnet=10.0.0.0/8\n leftsubnets={192.0.1.0/24 "
		     "192.0.3.0/24,2001:db8::/64}\n right=192.1.2.23\n rightsubnets=192.0.2.0/24\n"
		     " leftsourceip=192.0.1.254\n authby=secret\n auto=start\n" },
	{ "defaultroute", "conn a\n left=%defaultroute\n right=2001:db8::1\n authby=secret\n" },
	{ "json", "{\"name\": \"a\", \"options\": {\"left\": \"192.1.2.45\", \"right\": "
		  "\"192.1.2.23\", \"authby\": \"secret\", \"clones\": \"2\", \"keylife\": "
		  "\"90m\", \"leftid\": \"@west\"}, \"defaults\": {\"mtu\": \"1400\"}}" },
	{ "ike", "aes_gcm256+chacha20_poly1305-sha2_512+sha2-dh19+x25519,aes-128-sha2_256-sha2" },
	{ "esp", "aes256-sha2;dh14,aes_gcm_16-null" },
	{ "fqdn", "@east.example.org" },
	{ "mail", "@@user@east" },
	{ "key_id", "@#0x00ff" },
	{ "address", "2001:db8::1" },
};

/* Three, which include one another. */
static const char files[] =
	"include f1\ninclude f[2-4]\ninclude nothing*\n"
	"\0conn a\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"
	"\0include /f1\nconfig setup\n";

/* What a whole connection looks like in JSON, by the writer itself. */
static bool conn_seed_write(const char *dir)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	json_t *json;
	char *text;

	if (!conf_parse("seed", bytes_at(seeds[0].text, strlen(seeds[0].text)), &conf, &errors)) {
		fprintf(stderr, "seeds_conf: %s: %s\n", errors.list[0].where, errors.list[0].text);
		return false;
	}
	json = conf_conn_to_json(&conf.conns[0]);
	text = json_dumps(json, JSON_COMPACT);
	seed_write(dir, "whole", bytes_of_text(text));
	free(text);
	json_decref(json);
	conf_done(&conf);
	return true;
}

int main(int argc, char **argv)
{
	const char *dir = seed_dir(argc, argv);

	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		seed_write(dir, seeds[i].name, bytes_of_text(seeds[i].text));
	seed_write(dir, "files", bytes_at(files, sizeof(files) - 1));
	return conn_seed_write(dir) ? 0 : 1;
}
