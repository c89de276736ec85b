/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pluto/keeper/keeper.h"
#include "pluto/keeper/options.h"

int main(int argc, char **argv)
{
	struct options options;

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_SHOWN:
		return PLUTO_EXIT_OK;
	case OPTIONS_WRONG:
		return PLUTO_EXIT_FAIL;
	case OPTIONS_RUN:
		break;
	}
	return keeper_run(&options);
}
