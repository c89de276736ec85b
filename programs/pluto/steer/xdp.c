/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/steer/xdp.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pluto/steer/bpf/layout.h"

static const unsigned char object_bytes[] = {
#include "steer_object.h"
};

enum { QUEUE = 4096 /* packets that may wait for a CPU */ };

struct xdp {
	struct bpf_object *object;
	int program, sas, cpus;
	uint32_t possible_cpus;
	uint32_t *users; /* of each CPU's entry */
};

static void say(char why[STEER_WHY_MAX], const char *format, ...) PRINTF_LIKE(2, 3);

static void say(char why[STEER_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, STEER_WHY_MAX, format, args);
	va_end(args);
}

/* "integrity", say, where the kernel names it: "none [integrity] confidentiality". */
static bool find_lockdown(char out[32])
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char line[128] = "";
	bool found;

	if (file == NULL)
		return false;
	found = fgets(line, sizeof(line), file) != NULL && strchr(line, '[') != NULL &&
		sscanf(strchr(line, '['), "[%31[a-z]]", out) == 1 && strcmp(out, "none") != 0;
	fclose(file);
	return found;
}

static void say_load_failed(int failed, char why[STEER_WHY_MAX])
{
	char lockdown[32];

	if ((failed == -EPERM || failed == -EACCES) && find_lockdown(lockdown))
		say(why, "the kernel is locked down (%s) and takes no BPF program", lockdown);
	else
		say(why, "the kernel does not take the BPF program: %s", strerror(-failed));
}

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int object_load(struct xdp *x)
{
	struct bpf_map *cpus = bpf_object__find_map_by_name(x->object, "cpus");
	struct bpf_program *program = bpf_object__find_program_by_name(x->object, "steer");
	int failed;

	if (cpus == NULL || program == NULL)
		return -EINVAL;
	failed = bpf_map__set_max_entries(cpus, x->possible_cpus);
	if (!failed)
		failed = bpf_object__load(x->object);
	if (failed)
		return failed;
	x->program = bpf_program__fd(program);
	x->cpus = bpf_map__fd(cpus);
	x->sas = bpf_object__find_map_fd_by_name(x->object, "sas");
	return x->sas < 0 ? x->sas : 0;
}

struct xdp *xdp_open(uint32_t possible_cpus, char why[STEER_WHY_MAX])
{
	struct xdp *x = NEW(struct xdp);
	int failed;

	libbpf_set_print(silence);
	x->possible_cpus = possible_cpus;
	x->users = mem_new_array(possible_cpus, sizeof(*x->users));
	x->object = bpf_object__open_mem(object_bytes, sizeof(object_bytes), NULL);
	failed = x->object == NULL ? -errno : object_load(x);
	if (!failed)
		return x;
	say_load_failed(failed, why);
	xdp_close(x);
	return NULL;
}

void xdp_close(struct xdp *x)
{
	if (x == NULL)
		return;
	bpf_object__close(x->object);
	mem_free(x->users);
	mem_free(x);
}

int xdp_program(const struct xdp *x)
{
	return x->program;
}

static int attach(const struct xdp *x, unsigned index, uint32_t mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode);
	int fd = bpf_link_create(x->program, (int)index, BPF_XDP, &options);

	return fd < 0 ? -errno : fd;
}

static bool is_taken(unsigned index, char why[STEER_WHY_MAX])
{
	LIBBPF_OPTS(bpf_xdp_query_opts, found);

	if (bpf_xdp_query((int)index, 0, &found) || found.attach_mode == XDP_ATTACHED_NONE)
		return false;
	say(why, "another XDP program is there (%u)", (unsigned)found.prog_id);
	return true;
}

int xdp_attach(struct xdp *x, unsigned index, char note[STEER_WHY_MAX], char why[STEER_WHY_MAX])
{
	int native, fd;

	note[0] = '\0';
	if (is_taken(index, why))
		return -1;
	native = attach(x, index, XDP_FLAGS_DRV_MODE);
	if (native >= 0)
		return native;
	/* It has XDP, but not with what it was told to receive. */
	if (native == -ERANGE || native == -EINVAL || native == -EBUSY || native == -EEXIST) {
		say(why, "its driver refuses it as the interface is set up now: %s", strerror(-native));
		return -1;
	}
	fd = attach(x, index, XDP_FLAGS_SKB_MODE);
	if (fd >= 0)
		say(note, "its driver has no XDP of its own: %s", strerror(-native));
	else
		say(why, "it takes no XDP program: %s", strerror(-fd));
	return fd >= 0 ? fd : -1;
}

static struct steer_key key_of(const struct steer_sa *sa)
{
	struct steer_key key = { .spi = htonl(sa->spi), .encapsulated = sa->encapsulated,
				 .version = sa->destination.family == AF_INET ? 4 : 6 };

	memcpy(key.address, sa->destination.ip, sizeof(key.address));
	return key;
}

/* The queue of a CPU, and the kernel's thread that empties it, are there while an SA uses them. */
static int cpu_take(struct xdp *x, uint32_t cpu)
{
	struct bpf_cpumap_val value = { .qsize = QUEUE };

	if (x->users[cpu] == 0 && bpf_map_update_elem(x->cpus, &cpu, &value, BPF_ANY))
		return -errno;
	x->users[cpu]++;
	return 0;
}

static void cpu_give_back(struct xdp *x, uint32_t cpu)
{
	if (--x->users[cpu] == 0)
		bpf_map_delete_elem(x->cpus, &cpu);
}

int xdp_add(struct xdp *x, const struct steer_sa *sa)
{
	struct steer_key key = key_of(sa);
	struct steer_value value = { .cpu = sa->cpu };
	int failed;

	if (sa->cpu >= x->possible_cpus)
		return -ERANGE;
	failed = cpu_take(x, sa->cpu);
	if (failed)
		return failed;
	if (bpf_map_update_elem(x->sas, &key, &value, BPF_NOEXIST)) {
		failed = -errno;
		cpu_give_back(x, sa->cpu);
	}
	return failed;
}

void xdp_remove(struct xdp *x, const struct steer_sa *sa)
{
	struct steer_key key = key_of(sa);

	if (bpf_map_delete_elem(x->sas, &key) == 0)
		cpu_give_back(x, sa->cpu);
}

bool xdp_count(const struct xdp *x, const struct steer_sa *sa, struct steer_counters *out)
{
	struct steer_key key = key_of(sa);
	struct steer_value value;

	if (bpf_map_lookup_elem(x->sas, &key, &value))
		return false;
	*out = (struct steer_counters) { .packets = value.packets, .bytes = value.bytes };
	return true;
}
