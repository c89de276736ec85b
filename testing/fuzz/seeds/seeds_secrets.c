/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_secrets DIR: good files and their images for fuzz_secrets. */
#include <stdio.h>

#include "base/buffer.h"
#include "base/must_check.h"
#include "conf/secrets.h"
#include "seed_file.h"

static const char *const texts[] = {
	": PSK \"for everybody\"\n",
	"@west @east : PSK \"a secret that two share\" # remark\n",
	"192.1.2.45 2001:db8::1: PSK 0x01020304\n\n%any @[key id] a@east : PSK 0sAQIDBA==\n",
	"@west\n\t@east\n\t: PSK\n\t'quoted'\n%any6 : psk 0tplain\n",
	"@west @east : PPKS \"a name\" 0x00\n@a : PPKS name \"key\"\n: PPKS n2 0sAQID\n",
	": RSA x\ninclude /etc/ipsec.d/*.secrets\n@a : PSK \"no end\n",
};

/* Three, which include one another. */
static const char files[] = "include f1\ninclude f[2-4]\n"
			    "\0@a : PSK \"one\"\n"
			    "\0include /f1\n: PSK 0x01\n";

int main(int argc, char **argv)
{
	const char *dir = seed_dir(argc, argv);
	char name[32];

	seed_write(dir, "files", bytes_at(files, sizeof(files) - 1));
	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		struct conf_errors errors = { 0 };
		struct buffer image = { 0 };
		struct secrets s;

		snprintf(name, sizeof(name), "text-%u", i);
		seed_write(dir, name, bytes_of_text(texts[i]));
		if (secrets_parse("seed", bytes_of_text(texts[i]), &s, &errors)) {
			secrets_write(&s, &image);
			snprintf(name, sizeof(name), "image-%u", i);
			seed_write(dir, name, buffer_bytes(&image));
			secrets_done(&s);
		}
		buffer_done(&image);
		conf_errors_done(&errors);
	}
	return 0;
}
