/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/host.h"

#define THIS_WAS_WRITTEN INT64_C(1767225600) /* 2026-01-01 */

void check_clock(const struct host *h, struct findings *f)
{
	static const char advice[] = "systemctl enable --now systemd-timesyncd, or chrony";

	if (h->now < THIS_WAS_WRITTEN)
		found(f, VERDICT_FAIL, "clock", "time", advice,
		      "the clock is years behind: logs and lifetimes say nothing");
	else if (h->clock_synchronised == 0)
		found(f, VERDICT_WARN, "clock", "time", advice,
		      "the kernel knows of nobody who keeps its clock right; pre-shared keys do "
		      "without");
	else if (h->clock_synchronised < 0)
		found(f, VERDICT_OK, "clock", "time", NULL,
		      "whether the clock is kept right is not known");
	else
		found(f, VERDICT_OK, "clock", "time", NULL, "the clock is kept right");
}
