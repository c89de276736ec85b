/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In place of xdp.c where this was built with XDP=no. */
#include <errno.h>
#include <stdio.h>

#include "pluto/steer/xdp.h"

struct xdp *xdp_open(uint32_t possible_cpus, char why[STEER_WHY_MAX])
{
	(void)possible_cpus;
	snprintf(why, STEER_WHY_MAX, "this pluto was built with XDP=no");
	return NULL;
}

void xdp_close(struct xdp *x)
{
	(void)x;
}

int xdp_attach(struct xdp *x, unsigned index, char note[STEER_WHY_MAX], char why[STEER_WHY_MAX])
{
	(void)x;
	(void)index;
	note[0] = why[0] = '\0';
	return -1;
}

int xdp_add(struct xdp *x, const struct steer_sa *sa)
{
	(void)x;
	(void)sa;
	return -ENOSYS;
}

void xdp_remove(struct xdp *x, const struct steer_sa *sa)
{
	(void)x;
	(void)sa;
}

bool xdp_count(const struct xdp *x, const struct steer_sa *sa, struct steer_counters *out)
{
	(void)x;
	(void)sa;
	(void)out;
	return false;
}

int xdp_program(const struct xdp *x)
{
	(void)x;
	return -1;
}
