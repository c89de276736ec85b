#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-lab.sh [NAME...]: the ring of the real kernel: all scenarios, or those whose file names have
# a NAME in them. Ends with one line that counts them; where they could not run, it says so.
#
# CYGNET_BUILD  the build folder; logs stay in its lab folder
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
export CYGNET_BUILD
results=$CYGNET_BUILD/lab

cannot_run() {
	echo "lab: 0 passed, 0 failed, 1 skipped ($1)"
	exit 0
}

cd "$tree"
"$tree/mk/need.sh" lab || cannot_run "its packages are missing"
rm -rf "$results"
status=0
"$tree/testing/lab/run" -c 4 -r "$results" -- "$tree/testing/lab/check" "$@" || status=$?
[ $status -ne 125 ] || cannot_run "there was no kernel to run it on"
exit $status
