#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-interop.sh [NAME...]: the ring of other daemons on the real kernel: all scenarios, or those
# whose file names have a NAME in them. Ends with one line that counts them; where they could not
# run, it says so.
#
# CYGNET_BUILD  the build folder; logs stay in its interop folder
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
results=$CYGNET_BUILD/interop

cannot_run() {
	echo "interop: 0 passed, 0 failed, 1 skipped ($1)"
	exit 0
}

cd "$tree"
"$tree/mk/need.sh" lab interop || cannot_run "its packages are missing"
CYGNET_PEERS=$("$tree/testing/interop/peers.sh") || cannot_run "there is no tree with the peers"
export CYGNET_BUILD CYGNET_PEERS
"$tree/testing/interop/younger.sh" programs >"$CYGNET_BUILD/younger.log" 2>&1 ||
	echo "interop: Cygnet cannot be built in the peers' Debian: see $CYGNET_BUILD/younger.log"
rm -rf "$results"
status=0
"$tree/testing/lab/run" -c 4 -r "$results" -- "$tree/testing/lab/check" -r interop "$@" || status=$?
[ $status -ne 125 ] || cannot_run "there was no kernel to run it on"
exit $status
