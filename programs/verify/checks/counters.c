/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel has dropped of IPsec since the host was started. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "verify/host.h"

struct counter {
	const char *name, *text, *advice;
};

static const struct counter counters[] = {
	{ "XfrmInStateSeqError", "packets dropped by the replay check: they came too late, or twice",
	  "an SA's packets reach several CPUs (RPS, interrupts), or the line reorders; see "
	  "replay-window in ipsec.conf(5)" },
	{ "XfrmInNoStates", "packets for an SPI that is not there",
	  "some are normal around a rekey; many: the peer has SAs that this end has lost" },
	{ "XfrmInStateProtoError", "packets that did not decrypt",
	  "damaged on the way, or by a card that decrypts: ethtool -K, esp-hw-offload off" },
	{ "XfrmInNoPols", "packets that no policy lets in, or that came in the clear and must not",
	  "selectors of the two ends that are not the same" },
	{ "XfrmInTmplMismatch", "packets that came by another SA than their policy wants",
	  "selectors of the two ends that are not the same" },
	{ "XfrmInPolBlock", "packets that a policy blocks on their way in", NULL },
	{ "XfrmInError", "packets that were dropped for want of memory or such", NULL },
	{ "XfrmOutNoStates", "packets dropped because there was no SA for them",
	  "they were sent while a tunnel was down; auto=ondemand or auto=start brings it up" },
	{ "XfrmOutStateSeqError", "packets dropped because an SA had used its sequence numbers up",
	  "esn=yes, or ipsec-max-packets lower, so that it is rekeyed in time" },
	{ "XfrmOutStateProtoError", "packets that could not be encrypted", NULL },
	{ "XfrmOutBundleGenError", "packets for which no way was found", NULL },
	{ "XfrmAcquireError", "packets dropped because no daemon took the question for an SA",
	  "pluto was not running, or not listening, while policies wanted SAs" },
};

void check_counters(const struct host *h, struct findings *f)
{
	struct buffer text = { 0 };
	int result = facts_read(h->root, "/proc/net/xfrm_stat", &text);
	size_t grown = 0;

	for (size_t i = 0; result == 0 && i < sizeof(counters) / sizeof(counters[0]); i++) {
		const struct counter *c = &counters[i];
		uint64_t value;

		if (!facts_find_counter(buffer_text(&text), c->name, &value) || value == 0)
			continue;
		found(f, VERDICT_WARN, "counters", c->name, c->advice, "%s: %" PRIu64 " %s", c->name,
		      value, c->text);
		grown++;
	}
	if (result == -ENOENT)
		found(f, VERDICT_WARN, "counters", "xfrm_stat",
		      "a kernel with CONFIG_XFRM_STATISTICS",
		      "/proc/net/xfrm_stat is not there, so drops are not counted");
	else if (result < 0)
		found(f, VERDICT_WARN, "counters", "xfrm_stat", NULL,
		      "/proc/net/xfrm_stat cannot be read: %s", strerror(-result));
	else if (grown == 0)
		found(f, VERDICT_OK, "counters", "xfrm_stat", NULL,
		      "nothing was dropped, by replay checks or otherwise, since the host was "
		      "started");
	buffer_done(&text);
}
