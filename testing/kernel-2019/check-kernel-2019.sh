#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-kernel-2019.sh [NAME...]: the ring of a kernel with the per-CPU SAs of 2019, and of the same
# without: all scenarios, or those whose file names have a NAME in them. Ends with one line for each
# of both that counts them; where they could not run, it says so.
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
kernel=$("$tree/testing/kernel-2019/build.sh" --if-there)
[ -n "$kernel" ] || cannot_run "make kernel-2019 builds its kernel"
CYGNET_LAB=guest
CYGNET_SCENARIO_LIMIT=${CYGNET_SCENARIO_LIMIT:-900} # each plays everything twice
export CYGNET_BUILD CYGNET_LAB CYGNET_SCENARIO_LIMIT
rm -rf "$results"
failed=0

# on_kernel FOLDER RING NAME...
on_kernel() {
	export CYGNET_KERNEL="$1"
	ring=$2
	shift 2
	status=0
	"$tree/testing/lab/run" -c 4 -r "$results" -- "$tree/testing/lab/check" -r "$ring" "$@" ||
		status=$?
	[ $status -ne 125 ] || cannot_run "the guest does not start"
	[ $status -eq 0 ] || failed=1
}

on_kernel "$kernel/unpatched" kernel-2019/unpatched "$@"
on_kernel "$kernel" kernel-2019 "$@"
exit $failed
