/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nic/nic.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "nic/parts.h"

enum { FILE_TEXT_MAX = 16384, NUMBER_TEXT_MAX = 16, UEVENT_TEXT_MAX = 512 };
enum { VLANS_MAX = 4 /* one on the other */ };

#define LOWER "lower_"

MUST_CHECK static int file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int result = 0;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		result = -errno;
	else
		text[n] = '\0';
	close(fd);
	return result;
}

int nic_read_cpus(const char *path, uint16_t ids[CPU_MAX], uint32_t *count)
{
	char text[FILE_TEXT_MAX];
	int result = file_read(path, text, sizeof(text));

	if (result < 0)
		return result;
	return cpus_parse(text, ids, count) && *count != 0 ? 0 : -EINVAL;
}

/* A file with one number. 0: it has none. */
static uint32_t read_number(const char *path)
{
	char text[NUMBER_TEXT_MAX];
	uint64_t value;

	if (file_read(path, text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return text_to_u64(text, UINT32_MAX, &value) ? (uint32_t)value : 0;
}

/* A name is part of paths. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len != 0 && len < NIC_NAME_MAX && strchr(name, '/') == NULL &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The last part of where a link leads; "" where that is no link, or too long. */
static void read_link_name(const char *path, char out[NIC_TEXT_MAX])
{
	char to[PATH_MAX];
	const char *name;
	ssize_t len = readlink(path, to, sizeof(to) - 1);

	out[0] = '\0';
	if (len < 0)
		return;
	to[len] = '\0';
	name = strrchr(to, '/') == NULL ? to : strrchr(to, '/') + 1;
	if (strlen(name) < NIC_TEXT_MAX)
		memcpy(out, name, strlen(name) + 1);
}

static uint32_t count_queues(const char *folder)
{
	const struct dirent *entry;
	uint32_t count = 0;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return 0;
	while (count < NIC_QUEUE_MAX && (entry = readdir(dir)) != NULL)
		count += text_starts(entry->d_name, "rx-");
	closedir(dir);
	return count;
}

static void read_sys(const struct nic_source *source, struct nic_facts *facts)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/class/net/%s/device", source->sys, facts->name);
	read_link_name(path, facts->bus);
	facts->is_card = facts->bus[0] != '\0';
	(void)snprintf(path, sizeof(path), "%s/class/net/%s/device/driver", source->sys,
		       facts->name);
	read_link_name(path, facts->driver);
	(void)snprintf(path, sizeof(path), "%s/class/net/%s/mtu", source->sys, facts->name);
	facts->mtu = read_number(path);
	(void)snprintf(path, sizeof(path), "%s/class/net/%s/queues", source->sys, facts->name);
	facts->queues = count_queues(path);
}

int nic_read(const struct nic_source *source, const char *name, struct nic_facts *out)
{
	char path[PATH_MAX];

	memset(out, 0, sizeof(*out));
	if (!is_name(name))
		return -EINVAL;
	(void)snprintf(path, sizeof(path), "%s/class/net/%s", source->sys, name);
	if (access(path, F_OK) < 0)
		return -ENODEV;
	memcpy(out->name, name, strlen(name) + 1);
	read_sys(source, out);
	if (source->ethtool != NULL)
		nic_read_driver(source, out);
	if (out->is_card)
		nic_read_interrupts(source, out);
	return 0;
}

static bool is_vlan(const struct nic_source *source, const char *name)
{
	char path[PATH_MAX], text[UEVENT_TEXT_MAX];

	(void)snprintf(path, sizeof(path), "%s/class/net/%s/uevent", source->sys, name);
	return file_read(path, text, sizeof(text)) == 0 && strstr(text, "DEVTYPE=vlan\n") != NULL;
}

/* A VLAN has one device below. */
static bool find_lower(const struct nic_source *source, char name[NIC_NAME_MAX])
{
	char path[PATH_MAX], lower[NIC_NAME_MAX] = "";
	const struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/class/net/%s", source->sys, name);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL)
		if (text_starts(entry->d_name, LOWER) && is_name(entry->d_name + strlen(LOWER)))
			(void)snprintf(lower, sizeof(lower), "%.*s", NIC_NAME_MAX - 1,
				       entry->d_name + strlen(LOWER));
	closedir(dir);
	if (lower[0] == '\0')
		return false;
	memcpy(name, lower, sizeof(lower));
	return true;
}

int nic_read_card(const struct nic_source *source, const char *name, struct nic_facts *out)
{
	char at[NIC_NAME_MAX] = "";

	memset(out, 0, sizeof(*out));
	if (!is_name(name))
		return -EINVAL;
	memcpy(at, name, strlen(name) + 1);
	for (int i = 0; i < VLANS_MAX && is_vlan(source, at); i++)
		if (!find_lower(source, at))
			break;
	return nic_read(source, at, out);
}

void nic_facts_done(struct nic_facts *facts)
{
	for (uint32_t i = 0; i < facts->interrupt_count; i++)
		mem_free(facts->interrupts[i].cpus);
	mem_free(facts->interrupts);
	mem_free(facts->table);
	memset(facts, 0, sizeof(*facts));
}

bool nic_has(const struct nic_facts *facts, enum nic_feature feature)
{
	return facts->features_known && (facts->features_on & 1U << feature) != 0;
}

uint32_t nic_receiving_cpus(const struct nic_facts *facts, uint16_t out[CPU_MAX])
{
	bool *is_one = mem_new_array(CPU_MAX, sizeof(*is_one));
	uint32_t count = 0;

	for (uint32_t i = 0; i < facts->interrupt_count; i++)
		for (uint32_t k = 0; k < facts->interrupts[i].cpu_count; k++)
			is_one[facts->interrupts[i].cpus[k]] = true;
	for (uint32_t cpu = 0; cpu < CPU_MAX; cpu++)
		if (is_one[cpu])
			out[count++] = (uint16_t)cpu;
	mem_free(is_one);
	return count;
}

/* One interrupt of no queue in particular is that of all. */
bool nic_cpu_of_queue(const struct nic_facts *facts, uint32_t queue, uint16_t *cpu)
{
	const struct nic_interrupt *found = NULL;

	for (uint32_t i = 0; i < facts->interrupt_count; i++) {
		if (facts->interrupts[i].queue != queue &&
		    (facts->interrupts[i].queue != NIC_QUEUE_UNKNOWN ||
		     facts->interrupt_count != 1))
			continue;
		if (found != NULL)
			return false;
		found = &facts->interrupts[i];
	}
	if (found == NULL || found->cpu_count != 1)
		return false;
	*cpu = found->cpus[0];
	return true;
}
