/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "pluto/keeper/files.h"

/* The daemon before us may need a moment to be gone altogether. */
enum { LOCK_TRIES = 20, LOCK_PAUSE_US = 50 * 1000, BACKLOG = 128, PID_TEXT_MAX = 16 };

static const char *say(char why[FILES_WHY_MAX], const char *format, ...) PRINTF_LIKE(2, 3);

static const char *say(char why[FILES_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, FILES_WHY_MAX, format, args);
	va_end(args);
	return why;
}

/* Also the folders above it, as mkdir -p. */
static int make_folders(const char *path)
{
	char part[FILES_PATH_MAX];

	for (size_t i = 1; path[i] && i < sizeof(part); i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		if (mkdir(part, 0755) && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

const char *rundir_make(const char *rundir, char why[FILES_WHY_MAX])
{
	int failed = make_folders(rundir);
	struct stat found;

	if (failed)
		return say(why, "%s cannot be made: %s", rundir, strerror(-failed));
	if (stat(rundir, &found) || !S_ISDIR(found.st_mode))
		return say(why, "%s is not a folder", rundir);
	if (found.st_uid != geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)))
		return say(why, "%s is not safe: others than root may write there", rundir);
	return NULL;
}

/* The path that we locked may have been taken away before we had it. */
static bool is_still(const char *path, int fd)
{
	struct stat a, b;

	return !stat(path, &a) && !fstat(fd, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int lock_once(const char *path, int *out)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644), failed = 0;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		failed = -errno;
	else if (!is_still(path, fd))
		failed = -EWOULDBLOCK;
	if (failed)
		close(fd);
	else
		*out = fd;
	return failed;
}

static const char *say_who_runs(const char *path, char why[FILES_WHY_MAX])
{
	char pid[PID_TEXT_MAX] = "";
	FILE *file = fopen(path, "re");

	if (file && !fgets(pid, sizeof(pid), file))
		pid[0] = 0;
	if (file)
		fclose(file);
	pid[strspn(pid, "0123456789")] = 0;
	return say(why, "pluto is already running (process %s holds %s)", *pid ? pid : "?", path);
}

static const char *pid_file_open(struct run_files *files, char why[FILES_WHY_MAX])
{
	int failed = -EWOULDBLOCK;

	for (int i = 0; i < LOCK_TRIES && failed == -EWOULDBLOCK; i++) {
		if (i)
			usleep(LOCK_PAUSE_US);
		failed = lock_once(files->pid_path, &files->pid_fd);
	}
	files->locked = !failed;
	if (failed == -EWOULDBLOCK)
		return say_who_runs(files->pid_path, why);
	if (failed || ftruncate(files->pid_fd, 0) || dprintf(files->pid_fd, "%d\n", getpid()) < 0)
		return say(why, "%s cannot be written: %s", files->pid_path, strerror(errno));
	return NULL;
}

static const char *socket_listen(const char *path, int *out, char why[FILES_WHY_MAX])
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before;
	int failed;

	if (strlen(path) >= sizeof(at.sun_path))
		return say(why, "%s is too long for a socket's name", path);
	strcpy(at.sun_path, path);
	unlink(path);
	before = umask(0177);
	failed = fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, BACKLOG);
	umask(before);
	if (failed)
		return say(why, "%s cannot be made: %s", path, strerror(errno));
	*out = fd;
	return NULL;
}

static bool make_path(char out[FILES_PATH_MAX], const char *rundir, const char *name)
{
	return snprintf(out, FILES_PATH_MAX, "%s/%s", rundir, name) < FILES_PATH_MAX;
}

const char *run_files_open(const char *rundir, struct run_files *f, char why[FILES_WHY_MAX])
{
	const char *failed;

	*f = (struct run_files) {
		.pid_fd = -1, .control_fd = -1, .keeper_fd = -1, .ledger_fd = -1, .locked = true
	};
	if (!make_path(f->pid_path, rundir, "pluto.pid") ||
	    !make_path(f->control_path, rundir, "pluto.ctl") ||
	    !make_path(f->keeper_path, rundir, "pluto.keeper") ||
	    !make_path(f->ledger_path, rundir, "pluto.ledger") ||
	    !make_path(f->steering_path, rundir, "pluto.steering"))
		return say(why, "%s is too long", rundir);
	failed = pid_file_open(f, why);
	if (!failed)
		failed = socket_listen(f->control_path, &f->control_fd, why);
	if (!failed)
		failed = socket_listen(f->keeper_path, &f->keeper_fd, why);
	if (failed)
		return failed;
	f->ledger_fd = open(f->ledger_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->ledger_fd < 0)
		return say(why, "%s cannot be opened: %s", f->ledger_path, strerror(errno));
	return NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Nothing of ours is in the kernel any more. */
static bool ledger_is_empty(const struct run_files *files)
{
	struct stat now;

	return !lstat(files->ledger_path, &now) && S_ISREG(now.st_mode) && !now.st_size;
}

void run_files_remove(struct run_files *files)
{
	if (!files->locked)
		return;
	if (ledger_is_empty(files))
		unlink(files->ledger_path);
	unlink(files->control_path);
	unlink(files->keeper_path);
	unlink(files->pid_path);
	close_fd(&files->control_fd);
	close_fd(&files->keeper_fd);
	close_fd(&files->ledger_fd);
	close_fd(&files->pid_fd);
}

const char *log_file_open(const char *path, bool append, int *out, char why[FILES_WHY_MAX])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return say(why, "the log file %s cannot be opened: %s", path, strerror(errno));
	if (!append && ftruncate(fd, 0) && errno != EINVAL) {
		say(why, "the log file %s cannot be emptied: %s", path, strerror(errno));
		close(fd);
		return why;
	}
	*out = fd;
	return NULL;
}
