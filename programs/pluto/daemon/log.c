/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "pluto/daemon/log.h"
#include "pluto/loop/clock.h"

static struct {
	int fd;
	bool with_time, to_syslog;
} place = { .fd = STDERR_FILENO };

void log_to_fd(int fd, bool with_time)
{
	place.fd = fd;
	place.with_time = with_time;
	place.to_syslog = false;
}

void log_to_syslog(void)
{
	openlog("pluto", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	place.to_syslog = true;
}

/* "Nov 22 15:30:13.123456: " */
static size_t time_print(char *out, size_t size)
{
	int64_t epoch = clock_epoch();
	time_t seconds = (time_t)(epoch / SECONDS(1));
	struct tm local;
	size_t len;

	if (!localtime_r(&seconds, &local))
		return 0;
	len = strftime(out, size, "%b %e %H:%M:%S", &local);
	return len + (size_t)snprintf(out + len, size - len, ".%06u: ",
				      (unsigned int)(epoch % SECONDS(1)));
}

static void make_safe(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void log_line(const char *format, ...)
{
	char line[LOG_LINE_MAX + 1];
	size_t start = place.with_time && !place.to_syslog ? time_print(line, 64) : 0, len;
	ssize_t written;
	va_list args;

	va_start(args, format);
	vsnprintf(line + start, LOG_LINE_MAX - start, format, args);
	va_end(args);
	make_safe(line + start);
	if (place.to_syslog) {
		syslog(LOG_INFO, "%s", line);
		return;
	}
	len = strlen(line);
	line[len] = '\n';
	written = write(place.fd, line, len + 1);
	(void)written; /* there is nobody to tell */
}
