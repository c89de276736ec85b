/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "addconn/addconn.h"

#include "base/clock.h"
#include "base/text.h"

enum setup_kind {
	KIND_TEXT, KIND_YES_NO, KIND_NUMBER, KIND_U16, KIND_U32, KIND_SECONDS, KIND_ADDRESS,
	KIND_KERNEL, KIND_PCPU_ABI, KIND_COOKIES, KIND_UNIQUEIDS
};

static const char *const kernels[] = { [KERNEL_XFRM] = "xfrm", [KERNEL_NONE] = "none" };
static const char *const pcpu_abis[] = { [PCPU_ABI_AUTO] = "auto", [PCPU_ABI_2] = "pcpu-2" };
static const char *const cookies[] = {
	[COOKIES_AUTO] = "auto",
	[COOKIES_ALWAYS] = "busy",
	[COOKIES_NEVER] = "unlimited",
};

static const struct {
	const char *name;
	enum setup_kind kind;
	size_t at;
} rows[] = {
	{ "logfile", KIND_TEXT, offsetof(struct conf_setup, logfile) },
	{ "logtime", KIND_YES_NO, offsetof(struct conf_setup, logtime) },
	{ "logappend", KIND_YES_NO, offsetof(struct conf_setup, logappend) },
	{ "uniqueids", KIND_UNIQUEIDS, offsetof(struct conf_setup, uniqueids) },
	{ "plutodebug", KIND_TEXT, offsetof(struct conf_setup, plutodebug) },
	{ "secretsfile", KIND_TEXT, offsetof(struct conf_setup, secretsfile) },
	{ "nssdir", KIND_TEXT, offsetof(struct conf_setup, nssdir) },
	{ "dumpdir", KIND_TEXT, offsetof(struct conf_setup, dumpdir) },
	{ "ipsecdir", KIND_TEXT, offsetof(struct conf_setup, ipsecdir) },
	{ "nhelpers", KIND_NUMBER, offsetof(struct conf_setup, nhelpers) },
	{ "listen", KIND_ADDRESS, offsetof(struct conf_setup, listen) },
	{ "keep-alive", KIND_SECONDS, offsetof(struct conf_setup, keep_alive) },
	{ "kernel", KIND_KERNEL, offsetof(struct conf_setup, kernel) },
	{ "pcpu-abi", KIND_PCPU_ABI, offsetof(struct conf_setup, pcpu_abi) },
	{ "ike-window", KIND_U16, offsetof(struct conf_setup, ike_window) },
	{ "ddos-mode", KIND_COOKIES, offsetof(struct conf_setup, cookies) },
	{ "ddos-ike-threshold", KIND_U32, offsetof(struct conf_setup, half_open_cookies) },
	{ "max-halfopen-ike", KIND_U32, offsetof(struct conf_setup, half_open_max) },
};

static void print_value(const void *field, enum setup_kind kind)
{
	char text[ADDRESS_TEXT_MAX];
	const char *value;

	switch (kind) {
	case KIND_TEXT:
		value = *(char *const *)field;
		puts(value ? value : "");
		break;
	case KIND_YES_NO:
		puts(*(const bool *)field ? "yes" : "no");
		break;
	case KIND_NUMBER:
		printf("%d\n", *(const int *)field);
		break;
	case KIND_U16:
		printf("%d\n", *(const uint16_t *)field);
		break;
	case KIND_U32:
		printf("%" PRIu32 "\n", *(const uint32_t *)field);
		break;
	case KIND_KERNEL:
		puts(kernels[*(const enum conf_kernel *)field]);
		break;
	case KIND_PCPU_ABI:
		puts(pcpu_abis[*(const enum conf_pcpu_abi *)field]);
		break;
	case KIND_COOKIES:
		puts(cookies[*(const int *)field]);
		break;
	case KIND_UNIQUEIDS:
		puts(conf_uniqueids_name(*(const enum conf_uniqueids *)field));
		break;
	case KIND_SECONDS:
		printf("%lld\n", (long long)(*(const int64_t *)field / SECONDS(1)));
		break;
	case KIND_ADDRESS:
		puts(address_is_set(field) ? address_print(field, text) : "");
		break;
	}
}

bool setup_print(const struct conf_setup *setup, const char *only)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (only && !text_equal(only, rows[i].name))
			continue;
		if (!only)
			printf("%s=", rows[i].name);
		print_value((const char *)setup + rows[i].at, rows[i].kind);
		found = true;
	}
	return found;
}
