/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLUTO_KEEPER_KEEPER_H
#define PLUTO_KEEPER_KEEPER_H

#include "pluto/keeper/options.h"

/*
 * The keeper: the main process, root. It makes what only root may make, starts pluto, loads the
 * connections, serves pluto's few requests, and clears up when pluto ends. Gives the exit code, in
 * the keeper as in pluto and in the process that waits for a start in the background.
 */
int keeper_run(const struct options *options);

#endif
