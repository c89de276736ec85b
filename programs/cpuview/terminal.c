/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpuview/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "client/client.h"

enum { DEFAULT_WIDTH = 80, DEFAULT_HEIGHT = 24, CTRL_C = 3, CTRL_D = 4 };

/* The alternate screen without a cursor, and back. */
static const char enter[] = "\033[?1049h\033[?25l", leave[] = "\033[?25h\033[?1049l";

static struct termios before;
static sigset_t outside; /* the mask that signals are let in with */
static volatile sig_atomic_t resized, ended;

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else
		ended = number;
}

/* Signals come only while terminal_wait() waits, so nothing is ever half drawn. */
static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t mine;

	sigemptyset(&mine);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&mine, numbers[i]);
	sigprocmask(SIG_BLOCK, &mine, &outside);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static void put(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

bool terminal_open(void)
{
	const char *term = getenv("TERM");
	struct termios raw;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || term == NULL || *term == '\0' ||
	    text_equal(term, "dumb") || tcgetattr(STDIN_FILENO, &before) < 0)
		return false;
	catch_signals();
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)IXON; /* Ctrl-S would leave us stuck in a write */
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	put(enter, sizeof(enter) - 1);
	return true;
}

void terminal_close(void)
{
	put(leave, sizeof(leave) - 1);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void terminal_size(uint32_t *width, uint32_t *height)
{
	struct winsize size = { 0 };

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*width = size.ws_col != 0 ? size.ws_col : DEFAULT_WIDTH;
	*height = size.ws_row != 0 ? size.ws_row : DEFAULT_HEIGHT;
}

/* Each line clears its end, and the last no line feed: that would scroll a full screen. */
void terminal_show(struct bytes picture)
{
	struct buffer out = { 0 };

	write_text(&out, "\033[H");
	for (size_t i = 0; i < picture.len; i++) {
		if (picture.ptr[i] != '\n')
			write_u8(&out, picture.ptr[i]);
		else if (i + 1 < picture.len)
			write_text(&out, "\033[K\r\n");
	}
	write_text(&out, "\033[K\033[J");
	put((const char *)out.ptr, out.len);
	buffer_done(&out);
}

static enum terminal_event read_key(char *key)
{
	ssize_t n = read(STDIN_FILENO, key, 1);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return TERMINAL_RESIZED;
	if (n <= 0 || *key == 'q' || *key == CTRL_C || *key == CTRL_D)
		return TERMINAL_END;
	return TERMINAL_KEY;
}

enum terminal_event terminal_wait(int64_t until, char *key)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = until - client_clock();
	struct timespec time;
	int n;

	if (left < 0)
		left = 0;
	time = (struct timespec) { left / SECONDS(1), left % SECONDS(1) * 1000 };
	n = ppoll(&p, 1, &time, &outside);
	if (ended != 0)
		return TERMINAL_END;
	if (resized != 0) {
		resized = 0;
		return TERMINAL_RESIZED;
	}
	if (n > 0)
		return read_key(key);
	return n == 0 ? TERMINAL_TIME : TERMINAL_RESIZED;
}

void terminal_let_signals_in(void)
{
	sigprocmask(SIG_SETMASK, &outside, NULL);
}

int terminal_signal(void)
{
	return ended;
}
