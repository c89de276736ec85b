#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-kernel-2019.sh [NAME...]: the ring of a kernel with the per-CPU SAs of 2019: all scenarios, or
# those whose file names have a NAME in them. Ends with one line that counts them; where they could
# not run, it says so.
#
# CYGNET_BUILD  the build folder; logs stay in its kernel-2019 folder
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
results=$CYGNET_BUILD/kernel-2019

cannot_run() {
	echo "kernel-2019: 0 passed, 0 failed, 1 skipped ($1)"
	exit 0
}

cd "$tree"
"$tree/mk/need.sh" lab || cannot_run "its packages are missing"
CYGNET_KERNEL=$("$tree/testing/kernel-2019/build.sh" --if-there)
[ -n "$CYGNET_KERNEL" ] || cannot_run "make kernel-2019 builds its kernel"
CYGNET_LAB=guest
CYGNET_SCENARIO_LIMIT=${CYGNET_SCENARIO_LIMIT:-900} # each plays everything twice
export CYGNET_BUILD CYGNET_KERNEL CYGNET_LAB CYGNET_SCENARIO_LIMIT
rm -rf "$results"
status=0
"$tree/testing/lab/run" -c 4 -r "$results" -- "$tree/testing/lab/check" -r kernel-2019 "$@" ||
	status=$?
[ $status -ne 125 ] || cannot_run "the guest does not start"
exit $status
