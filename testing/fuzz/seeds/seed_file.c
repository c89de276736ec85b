/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void seed_write(const char *dir, const char *name, struct bytes seed)
{
	char path[4096];
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	good = file != NULL && fwrite(seed.ptr, 1, seed.len, file) == seed.len;
	if (file != NULL && fclose(file) != 0)
		good = false;
	if (!good) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
}

const char *seed_dir(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		exit(2);
	}
	return argv[1];
}
