/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plutos.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "common/bench.h"

enum { READY_TRIES = 400, READY_PAUSE_US = 25000, WORDS_MAX = 16 };

static const char *programs;
static struct pluto *all;
static unsigned all_count;
static char root[64] = "/tmp/cygnet-bench-XXXXXX";
static pid_t owner; /* children that fork from us clean nothing up */

static void command(const char *format, ...) PRINTF_LIKE(1, 2);

static void command(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (system(line) != 0)
		bench_die("this failed: %s", line);
}

/* --- namespaces --- */

static void add_addresses(const struct pluto *p, unsigned index, unsigned addresses)
{
	char path[PLUTO_PATH_MAX + 16];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/ip", p->dir);
	f = fopen(path, "we");
	bench_must(f != NULL, "a file cannot be written");
	(void)fprintf(f, "link set lo up\nlink set eth1 up\n%s",
		      all_count == 1 ? "link set eth2 up\n" : "");
	for (unsigned i = 0; i < addresses; i++)
		(void)fprintf(f, "addr add 10.%u.%u.%u/8 dev eth1\n", 201 + index, i / 250,
			      i % 250 + 1);
	(void)fclose(f);
	command("ip -n %s -batch %s", p->netns, path);
}

static void on_exit_(void)
{
	if (getpid() == owner)
		plutos_end();
}

static void on_signal(int signal)
{
	(void)signal;
	exit(2);
}

void plutos_begin(const char *bin, struct pluto *list, unsigned count, unsigned addresses)
{
	bench_must(geteuid() == 0, "this bench needs root, for network namespaces");
	bench_must(mkdtemp(root) != NULL && chmod(root, 0755) == 0, "no folder");
	programs = bin;
	all = list;
	owner = getpid();
	(void)atexit(on_exit_);
	(void)signal(SIGINT, on_signal);
	(void)signal(SIGTERM, on_signal);
	for (unsigned i = 0; i < count; i++) {
		struct pluto *p = &list[i];

		(void)snprintf(p->dir, sizeof(p->dir), "%s/%s", root, p->name);
		(void)snprintf(p->netns, sizeof(p->netns), "cygnet-bench-%s-%d", p->name,
			       (int)owner);
		bench_must(mkdir(p->dir, 0755) == 0, "no folder");
		command("ip netns add %s", p->netns);
		all_count++;
	}
	if (count == 2)
		command("ip link add eth1 netns %s type veth peer name eth1 netns %s", list[0].netns,
			list[1].netns);
	else
		command("ip -n %s link add eth1 up type veth peer name eth2", list[0].netns);
	for (unsigned i = 0; i < count; i++)
		add_addresses(&list[i], i, addresses);
}

void plutos_end(void)
{
	for (unsigned i = 0; i < all_count; i++) {
		pluto_stop(&all[i]);
		command("ip netns del %s", all[i].netns);
	}
	if (all_count > 0)
		command("rm -rf %s", root);
	all_count = 0;
}

/* --- starting --- */

static void write_file(const struct pluto *p, const char *name, mode_t mode, struct bytes text)
{
	char path[PLUTO_PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bench_must(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len,
		   "a file cannot be written");
	(void)close(fd);
}

void pluto_configure(const struct pluto *p, const struct buffer *conns)
{
	static const char secret[] = ": PSK \"a secret of the bench\"\n";
	struct buffer text = { 0 };

	write_format(&text,
		     "config setup\n\tkernel=none\n\tlogfile=%s/log\n\tsecretsfile=%s/ipsec.secrets\n"
		     "\tnssdir=%s/nss\n",
		     p->dir, p->dir, p->dir);
	write_bytes(&text, buffer_bytes(conns));
	write_file(p, "ipsec.conf", 0644, buffer_bytes(&text));
	write_file(p, "ipsec.secrets", 0600, bytes_of_text(secret));
	buffer_done(&text);
}

static void enter(const struct pluto *p)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "/run/netns/%s", p->netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		_exit(126);
}

/* A child in the daemon's network, its output in a file. */
static pid_t spawn(const struct pluto *p, const char *program, const char *const *words,
		   const char *output)
{
	const char *args[WORDS_MAX + 2] = { program };
	char path[PLUTO_PATH_MAX + 32];
	pid_t pid = fork();
	int fd;

	bench_must(pid >= 0, "no process");
	if (pid != 0)
		return pid;
	enter(p);
	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, output);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)snprintf(path, sizeof(path), "%s/timed", p->dir);
	(void)setenv("CYGNET_TIMED", path, 1);
	(void)snprintf(path, sizeof(path), "%s/%s", programs, program);
	for (int i = 0; words[i] != NULL && i < WORDS_MAX; i++)
		args[i + 1] = words[i];
	(void)execv(path, (char *const *)(uintptr_t)args);
	_exit(127);
}

/* The process that the keeper has forked, which has its name. */
static pid_t child_of(pid_t parent)
{
	char path[300], line[512], *after;
	const struct dirent *entry;
	DIR *dir = opendir("/proc");
	pid_t found = 0;

	while (dir != NULL && found == 0 && (entry = readdir(dir)) != NULL) {
		FILE *f;

		(void)snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		if (f == NULL)
			continue;
		if (fgets(line, sizeof(line), f) != NULL && strstr(line, "(pluto") != NULL &&
		    (after = strrchr(line, ')')) != NULL && atoi(after + 4) == parent)
			found = atoi(line);
		(void)fclose(f);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

static void map_timed(struct pluto *p)
{
	char path[PLUTO_PATH_MAX + 16];
	void *page = MAP_FAILED;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/timed", p->dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		page = mmap(NULL, sizeof(*p->timed), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	bench_must(page != MAP_FAILED, "pluto does not time its callbacks");
	(void)close(fd);
	p->timed = page;
}

static int try_connect(const struct pluto *p, struct client *c)
{
	char path[PLUTO_PATH_MAX + 16];
	int error;

	(void)snprintf(path, sizeof(path), "%s/pluto.ctl", p->dir);
	error = client_connect(c, path, TIME_NEVER);
	c->path = "pluto.ctl";
	return error;
}

void pluto_start(struct pluto *p)
{
	char config[PLUTO_PATH_MAX + 16], user[] = "65534";
	struct client c;
	int error = -1;

	(void)snprintf(config, sizeof(config), "%s/ipsec.conf", p->dir);
	p->keeper = spawn(p, "pluto-timed",
			  (const char *const[]) { "--nofork", "--config", config, "--rundir", p->dir,
						  "--user", user, NULL }, "out");
	for (int i = 0; i < READY_TRIES && (error = try_connect(p, &c)) != 0; i++) {
		bench_must(waitpid(p->keeper, NULL, WNOHANG) == 0, "pluto ended; its log says why");
		(void)usleep(READY_PAUSE_US);
	}
	bench_must(error == 0 && pluto_ask(&c, "ready", NULL, NULL, NULL) == 0,
		   "pluto does not get ready");
	client_close(&c);
	p->worker = child_of(p->keeper);
	bench_must(p->worker != 0, "pluto has no worker");
	map_timed(p);
}

void pluto_stop(struct pluto *p)
{
	if (p->keeper == 0)
		return;
	(void)kill(p->keeper, SIGTERM);
	(void)waitpid(p->keeper, NULL, 0);
	p->keeper = p->worker = 0;
}

/* --- using --- */

double pluto_run(const struct pluto *p, const char *program, const char *const *words)
{
	double since = bench_wall();
	pid_t pid = spawn(p, program, words, "client.out");
	int status;

	bench_must(waitpid(pid, &status, 0) == pid, "a child is lost");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		bench_die("%s failed; see %s/client.out", program, p->dir);
	return bench_wall() - since;
}

struct client pluto_connect(const struct pluto *p)
{
	struct client c;

	bench_must(try_connect(p, &c) == 0, "pluto does not listen");
	return c;
}

int pluto_ask(struct client *c, const char *word, const char *name,
	      void (*each)(void *context, const json_t *record), void *context)
{
	json_t *request = json_pack("{s:i, s:s, s:s*}", "v", CONTROL_VERSION, "command", word,
				    "name", name);
	json_t *record;
	bool last = false;
	int code = -1;

	bench_must(request != NULL && client_send(c, request) == CLIENT_RECORD,
		   "pluto does not listen");
	json_decref(request);
	while (!last) {
		bench_must(client_receive(c, &record) == CLIENT_RECORD, "pluto does not answer");
		last = control_result_code(record, &code);
		if (!last && each != NULL)
			each(context, record);
		json_decref(record);
	}
	return code;
}

static double cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t id;

	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &t) != 0)
		bench_die("process %d is gone", (int)pid);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double pluto_cpu(const struct pluto *p)
{
	return cpu_of(p->keeper) + cpu_of(p->worker);
}

double pluto_memory(const struct pluto *p, bool peak)
{
	const char *key = peak ? "VmHWM:" : "VmRSS:";
	char path[64], line[256];
	double bytes = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)p->worker);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			bytes = strtod(line + strlen(key), NULL) * 1024;
	if (f != NULL)
		(void)fclose(f);
	return bytes;
}

double pluto_longest(const struct pluto *p, char *where, size_t where_len)
{
	uint64_t longest = atomic_exchange(&p->timed->longest, 0);
	char line[PLUTO_PATH_MAX + 128];
	FILE *f;

	(void)snprintf(where, where_len, "?");
	(void)snprintf(line, sizeof(line), "addr2line -f -e %s/pluto-timed 0x%llx", programs,
		       (unsigned long long)p->timed->at);
	f = popen(line, "re");
	if (f != NULL && fgets(where, (int)where_len, f) != NULL)
		where[strcspn(where, "\n")] = '\0';
	if (f != NULL)
		(void)pclose(f);
	return (double)longest / 1e6;
}
