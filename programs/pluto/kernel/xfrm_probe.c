/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions say little: per-CPU SAs are in 6.13 and in some older stable series, and kernels
 * that know nothing of an attribute may accept and ignore it. So an SA is made and read back.
 */
#include <errno.h>
#include <string.h>

#include "pluto/kernel/xfrm.h"

enum { PROBE_SPI = 0xc0ffee, PROBE_KEY_BITS = 128 };

/* Greater than any, but not the kernel's own "none". */
#define CPU_TOO_BIG (UINT32_MAX - 1)

static const uint8_t probe_key[PROBE_KEY_BITS / 8 + 4];

/* From the loopback address to itself, and no policy uses it. */
static struct kernel_sa probe_sa(uint16_t family, uint32_t cpu)
{
	struct address self = { .family = family };

	if (family == AF_INET)
		memcpy(self.ip, (const uint8_t[]) { 127, 0, 0, 1 }, 4);
	else
		self.ip[15] = 1;
	return (struct kernel_sa) {
		.direction = KERNEL_OUT,
		.spi = PROBE_SPI,
		.source = self,
		.destination = self,
		.mode = TYPE_TUNNEL,
		.encr = encr_find(ENCR_AES_GCM_16),
		.encr_key_bits = PROBE_KEY_BITS,
		.encr_key = BYTES_OF(probe_key),
		.cpu = cpu,
	};
}

/* Makes it, reads it back, deletes it. */
static int probe_once(struct netlink *n, const struct kernel_sa *sa,
		      const struct xfrm_abilities *with, struct xfrm_sa_seen *out,
		      char text[KERNEL_TEXT_MAX])
{
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;
	int result;

	/* One that an earlier run was killed with. */
	xfrm_write_sa_id(&m, XFRM_MSG_DELSA, sa, with);
	result = netlink_request(n, &m, NULL, ignored);
	if (result < 0 && result != -ESRCH)
		return result;
	result = xfrm_write_sa(&m, sa, with, text);
	if (result == 0)
		result = netlink_request(n, &m, NULL, text);
	if (result < 0)
		return result;
	result = xfrm_get_sa(n, sa, with, out, text);
	xfrm_write_sa_id(&m, XFRM_MSG_DELSA, sa, with);
	if (netlink_request(n, &m, NULL, ignored) < 0 && result == 0)
		return -EPROTO;
	return result;
}

/* What a kernel can do that takes an SA with all we have, or one with less. */
static int probe_abilities(struct netlink *n, struct xfrm_abilities *can,
			   char text[KERNEL_TEXT_MAX])
{
	static const struct xfrm_abilities tries[] = {
		{ .direction = true, .per_cpu = true },
		{ .direction = true },
		{ .direction = false },
	};
	struct kernel_sa sa = probe_sa(AF_INET, 0);
	struct xfrm_sa_seen seen;
	int result = -EINVAL;

	for (size_t i = 0; i < ARRAY_LEN(tries) && result == -EINVAL; i++)
		result = probe_once(n, &sa, &tries[i], &seen, text);
	if (result < 0)
		return result;
	can->direction = seen.has_direction;
	can->per_cpu = seen.has_direction && seen.cpu == 0;
	return 0;
}

/* An attribute that takes any number is not a CPU. */
static bool refuses_unknown_cpu(struct netlink *n, const struct xfrm_abilities *can)
{
	struct kernel_sa sa = probe_sa(AF_INET, CPU_TOO_BIG);
	char ignored[KERNEL_TEXT_MAX];
	struct xfrm_sa_seen seen;

	return probe_once(n, &sa, can, &seen, ignored) < 0;
}

/* Moving an SA that is not there: only a kernel that can do it looks for it. */
static bool probe_moves(struct netlink *n)
{
	struct kernel_sa sa = probe_sa(AF_INET, KERNEL_CPU_NONE);
	struct kernel_ends to = { .source = sa.source, .destination = sa.destination };
	char ignored[KERNEL_TEXT_MAX];
	union netlink_message m;

	return xfrm_write_move(&m, &sa, &to, ignored) == 0 &&
	       netlink_request(n, &m, NULL, ignored) == -ESRCH;
}

static void explain(int error, char text[KERNEL_TEXT_MAX])
{
	char words[KERNEL_TEXT_MAX];

	memcpy(words, text, sizeof(words));
	switch (error) {
	case -EPERM:
		kernel_say(text, "changing the kernel's IPsec needs CAP_NET_ADMIN");
		return;
	case -EPROTONOSUPPORT:
	case -ENOSYS:
	case -ENOENT:
		kernel_say(text, "the kernel has no ESP with AES-GCM: load esp4, esp6 and gcm, or say "
				 "kernel=none");
		return;
	default:
		kernel_say(text, "the kernel takes no ESP SA: %.100s",
			   words[0] != '\0' ? words : strerror(-error));
	}
}

/* What is asked for is not there at all, whatever the dialect. */
static bool has_no_esp(int error)
{
	return error == -EPERM || error == -EPROTONOSUPPORT || error == -ENOSYS || error == -ENOENT;
}

/*
 * A sub without a head is refused for want of one by this dialect, and by no other: where attribute
 * 32 is a mapping timer it is found fault with, as this is no UDP encapsulation, and before those
 * the SA is made. A head is not asked for: elsewhere its flag lets sequence numbers wrap.
 */
int xfrm_probe_pcpu_2(const struct xfrm_asker *asker, struct xfrm_abilities *can,
		      char text[KERNEL_TEXT_MAX])
{
	static const struct xfrm_abilities plain = { .direction = false };
	static const struct xfrm_abilities with = { .per_cpu = true, .pcpu_2 = true };
	char ignored[KERNEL_TEXT_MAX], words[KERNEL_TEXT_MAX] = "";
	struct kernel_sa sub = probe_sa(AF_INET, 0);
	union netlink_message m;
	int result = xfrm_write_sa(&m, &sub, &with, words);

	if (result == 0)
		result = asker->ask(asker->context, &m, words);
	if (result == -ESRCH) {
		can->per_cpu = can->pcpu_2 = true;
		can->direction = can->moves = false;
		return 0;
	}
	xfrm_write_sa_id(&m, XFRM_MSG_DELSA, &sub, &plain);
	(void)asker->ask(asker->context, &m, ignored);
	if (has_no_esp(result)) {
		memcpy(text, words, sizeof(words));
		explain(result, text);
		return result;
	}
	kernel_say(text, "pcpu-abi=pcpu-2: this kernel has no per-CPU SAs as in 2019 (asked for "
			 "one, it says: %.60s)",
		   words[0] != '\0' ? words : result == 0 ? "it is made" : strerror(-result));
	return -EOPNOTSUPP;
}

static int ask_netlink(void *context, union netlink_message *m, char text[KERNEL_TEXT_MAX])
{
	return netlink_request(context, m, NULL, text);
}

static int probe_dialect(struct netlink *n, struct xfrm_abilities *can, char text[KERNEL_TEXT_MAX])
{
	struct xfrm_asker asker = { .context = n, .ask = ask_netlink };
	char words[KERNEL_TEXT_MAX] = "";
	int result;

	if (can->pcpu_2)
		return xfrm_probe_pcpu_2(&asker, can, text);
	result = probe_abilities(n, can, words);
	if (result < 0) {
		memcpy(text, words, sizeof(words));
		explain(result, text);
		return result;
	}
	can->moves = probe_moves(n);
	if (can->per_cpu)
		can->per_cpu = refuses_unknown_cpu(n, can);
	return 0;
}

int xfrm_probe(struct netlink *n, struct xfrm_abilities *can, char text[KERNEL_TEXT_MAX])
{
	struct kernel_sa over_ipv6 = probe_sa(AF_INET6, KERNEL_CPU_NONE);
	char words[KERNEL_TEXT_MAX];
	struct xfrm_abilities found = *can;
	struct xfrm_sa_seen seen;
	int result = probe_dialect(n, &found, text);

	if (result < 0)
		return result;
	if (!found.per_cpu)
		kernel_say(text, "this kernel has no per-CPU SAs: clones serve any CPU");
	else if (probe_once(n, &over_ipv6, &found, &seen, words) < 0)
		kernel_say(text, "this kernel has no ESP over IPv6: load esp6");
	*can = found;
	return 0;
}
