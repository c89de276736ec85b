/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's messages, as Linux 6.12 sends them, and such as others could. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/netlink.h>

#include "base/buffer.h"
#include "pluto/cpus/cpus.h"
#include "pluto/cpus/uevent.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const char offline[] = "offline@/devices/system/cpu/cpu3\0ACTION=offline\0"
			      "DEVPATH=/devices/system/cpu/cpu3\0SUBSYSTEM=cpu\0"
			      "DRIVER=processor\0MODALIAS=cpu:type:x86,ven0002fam000Fmod006B\0"
			      "SEQNUM=1243";

struct sender {
	uint32_t port, group;
	int pid;
	unsigned uid;
	bool nameless, without_credentials;
};

static bool is_of_cpu(const struct sender *sender, const char *text, size_t len, int flags)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct ucred))] = { 0 };
	struct ucred credentials = { .pid = sender->pid, .uid = sender->uid };
	struct sockaddr_nl from = { .nl_family = AF_NETLINK, .nl_pid = sender->port,
				    .nl_groups = sender->group };
	struct iovec iov = { (void *)(uintptr_t)text, len };
	struct msghdr message = { .msg_name = &from,
				  .msg_namelen = sender->nameless ? 0 : sizeof(from),
				  .msg_iov = &iov, .msg_iovlen = 1, .msg_flags = flags };
	struct cmsghdr *c;

	if (!sender->without_credentials) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_CREDENTIALS;
		c->cmsg_len = CMSG_LEN(sizeof(credentials));
		memcpy(CMSG_DATA(c), &credentials, sizeof(credentials));
	}
	return uevent_is_of_cpu(&message, len);
}

static const struct sender kernel = { .group = 1 };

static const struct {
	const char *what, *text;
	size_t len;
	bool good;
} texts[] = {
	{ "a CPU goes", TEXT(offline), true },
	{ "a CPU comes", TEXT("online@/devices/system/cpu/cpu1\0ACTION=online\0"
			      "DEVPATH=/devices/system/cpu/cpu1\0SUBSYSTEM=cpu\0SEQNUM=7"), true },
	{ "memory comes", TEXT("online@/devices/system/memory/memory32\0ACTION=online\0"
			       "DEVPATH=/devices/system/memory/memory32\0SUBSYSTEM=memory\0"),
	  false },
	{ "a CPU is found", TEXT("add@/devices/system/cpu/cpu1\0ACTION=add\0SUBSYSTEM=cpu\0"),
	  false },
	{ "another subsystem whose name begins so", TEXT("online@/x\0ACTION=online\0"
							 "SUBSYSTEM=cpuidle\0"), false },
	{ "a variable whose name ends so", TEXT("online@/x\0ACTION=online\0XSUBSYSTEM=cpu\0"),
	  false },
	{ "a value that contains it", TEXT("online@/x\0ACTION=online\0A=SUBSYSTEM=cpu\0"), false },
	{ "an end in the middle of the word", TEXT("online@/x\0ACTION=online\0SUBSYSTEM=cp"),
	  false },
	{ "nothing", "", 0, false },
	{ "no end at all", "SUBSYSTEM=cpu", 13, false },
};

static void a_message_about_a_cpu_is_known_by_its_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		/* the literal's own end is the last variable's */
		size_t len = texts[i].good ? texts[i].len + 1 : texts[i].len;

		print_message("%s\n", texts[i].what);
		assert_int_equal(is_of_cpu(&kernel, texts[i].text, len, 0), texts[i].good);
	}
}

static const struct {
	const char *what;
	struct sender sender;
	int flags;
} others[] = {
	{ "a process, by its port", { .port = 4711, .group = 1 }, 0 },
	{ "udev's group", { .group = 2 }, 0 },
	{ "no group: said to us alone", { .group = 0 }, 0 },
	{ "a process, by its credentials", { .group = 1, .pid = 4711 }, 0 },
	{ "another user", { .group = 1, .uid = 1000 }, 0 },
	{ "nobody knows who", { .group = 1, .without_credentials = true }, 0 },
	{ "without a name", { .group = 1, .nameless = true }, 0 },
	{ "cut", { .group = 1 }, MSG_TRUNC },
};

static void nobody_but_the_kernel_is_believed(void **state)
{
	(void)state;
	assert_true(is_of_cpu(&kernel, offline, sizeof(offline), 0));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		print_message("%s\n", others[i].what);
		assert_false(is_of_cpu(&others[i].sender, offline, sizeof(offline),
				       others[i].flags));
	}
}

static void the_socket_opens_without_capabilities_and_does_not_block(void **state)
{
	int status = -1;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		int fd = getuid() == 0 && setuid(65534) != 0 ? -1 : uevent_open();

		_exit(fd >= 0 && !uevent_read(fd) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_list_is_printed_as_the_kernel_does(void **state)
{
	static const char *const lists[] = { "0", "0-3", "0-1,4,6-7", "1,3,5", "8191" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		static uint16_t ids[CPU_MAX];
		struct buffer text = { 0 };
		uint32_t count;

		assert_true(cpus_parse(lists[i], ids, &count));
		cpus_print(ids, count, &text);
		assert_string_equal(buffer_text(&text), lists[i]);
		buffer_done(&text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_about_a_cpu_is_known_by_its_variables),
		cmocka_unit_test(nobody_but_the_kernel_is_believed),
		cmocka_unit_test(the_socket_opens_without_capabilities_and_does_not_block),
		cmocka_unit_test(a_list_is_printed_as_the_kernel_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
