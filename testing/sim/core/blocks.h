/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_CORE_BLOCKS_H
#define SIM_CORE_BLOCKS_H

#include <stdint.h>

/*
 * Blocks of memory that are in use, of all that this program allocates itself (libraries' are not
 * counted): malloc() and the like are wrapped when it is linked.
 */
int64_t blocks_in_use(void);

#endif
