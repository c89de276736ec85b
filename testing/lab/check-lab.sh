#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-lab.sh [NAME...]: the ring of the real kernel: all scenarios, or those whose file names have
# a NAME in them. Ends with one line that counts them; where they could not run, it says so.
#
# CYGNET_BUILD  the build folder; logs stay in its lab folder
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
if ! "$tree/mk/need.sh" lab; then
	echo "lab: 0 passed, 0 failed, 1 skipped (its packages are missing)"
	exit 0
fi
exec "$tree/testing/lab/ring.sh" lab "$@"
