/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static char root[32];

PRINTF_LIKE(1, 2) static const char *path(const char *format, ...)
{
	static char text[4][256];
	static unsigned turn;
	char *out = text[turn++ % 4];
	int len = snprintf(out, sizeof(text[0]), "%s/", root);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out + len, sizeof(text[0]) - (size_t)len, format, args);
	va_end(args);
	return out;
}

struct nic_source machine_new(void)
{
	static const char *const folders[] = { "irq", "class", "class/net", "bus" };

	memcpy(root, "/tmp/cygnet-nic.XXXXXX", sizeof("/tmp/cygnet-nic.XXXXXX"));
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(path("%s", folders[i]), 0700), 0);
	return (struct nic_source) { .proc = root, .sys = root };
}

void machine_free(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -r '%s'", root);
	assert_int_equal(system(command), 0);
}

void machine_add_device(const char *name, const char *parent, unsigned queues)
{
	assert_int_equal(mkdir(path("class/net/%s", name), 0700), 0);
	assert_int_equal(mkdir(path("class/net/%s/queues", name), 0700), 0);
	for (unsigned i = 0; i < queues; i++) {
		assert_int_equal(mkdir(path("class/net/%s/queues/rx-%u", name, i), 0700), 0);
		assert_int_equal(mkdir(path("class/net/%s/queues/tx-%u", name, i), 0700), 0);
	}
	if (parent == NULL)
		return;
	assert_int_equal(mkdir(path("bus/%s", parent), 0700), 0);
	assert_int_equal(symlink(path("bus/%s", parent), path("class/net/%s/device", name)), 0);
}

void machine_write(const char *name, const char *text)
{
	FILE *file = fopen(path("%s", name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void machine_set_affinity(unsigned interrupt, const char *list)
{
	char file[64];

	assert_int_equal(mkdir(path("irq/%u", interrupt), 0700), 0);
	(void)snprintf(file, sizeof(file), "irq/%u/effective_affinity_list", interrupt);
	machine_write(file, list);
}
