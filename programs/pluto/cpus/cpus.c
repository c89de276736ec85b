/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/cpus/cpus.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "nic/nic.h"

#define POSSIBLE_FILE "/sys/devices/system/cpu/possible"
#define ONLINE_FILE   "/sys/devices/system/cpu/online"

/* Where /sys is not mounted. */
static int cpus_from_libc(uint16_t online[CPU_MAX], uint32_t *online_count, uint32_t *possible)
{
	long configured = sysconf(_SC_NPROCESSORS_CONF);

	if (configured < 1)
		return -ENOENT;
	*possible = configured > CPU_MAX ? CPU_MAX : (uint32_t)configured;
	*online_count = *possible;
	for (uint32_t i = 0; i < *possible; i++)
		online[i] = (uint16_t)i;
	return 0;
}

int cpus_read(struct kernel_facts *facts)
{
	uint16_t *ids = mem_new_array(CPU_MAX, sizeof(*ids));
	uint32_t possible = 0, count = 0;
	int result = nic_read_cpus(POSSIBLE_FILE, ids, &possible);

	if (result == 0)
		result = nic_read_cpus(ONLINE_FILE, ids, &count);
	if (result < 0)
		result = cpus_from_libc(ids, &count, &possible);
	if (result == 0) {
		facts->possible_cpus = possible;
		facts->online_count = count;
		memcpy(facts->online, ids, count * sizeof(*ids));
	}
	mem_free(ids);
	return result;
}
