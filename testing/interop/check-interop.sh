#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-interop.sh [NAME...]: the ring of other daemons on the real kernel: all scenarios, or those
# whose file names have a NAME in them. Ends with one line that counts them; where they could not
# run, it says so.
#
# CYGNET_BUILD  the build folder; logs stay in its interop folder
#
# Scenarios of ML-KEM need a Cygnet that is built in the peers' tree, which takes longer than they do:
# that is done where a NAME asks for them (ml-kem).
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
log=$CYGNET_BUILD/interop.log

cannot_run() {
	echo "interop: 0 passed, 0 failed, 1 skipped ($1)"
	exit 0
}

# reason: what apt or debootstrap said last, or else the script itself
reason() {
	tail -n 1 "$log" | sed -e 's/.*: E: //' -e 's/^peers\.sh: //'
}

cd "$tree"
mkdir -p "$CYGNET_BUILD"
"$tree/mk/need.sh" lab interop || cannot_run "its packages are missing"
if ! CYGNET_PEERS=$("$tree/testing/interop/peers.sh" 2>"$log"); then
	cat "$log" >&2
	cannot_run "$(reason)"
fi
cat "$log" >&2
export CYGNET_BUILD CYGNET_PEERS
case "$*" in
*ml-kem*)
	echo "interop: building Cygnet in the peers' Debian" >&2
	CYGNET_YOUNGER=1
	export CYGNET_YOUNGER
	if ! "$tree/testing/interop/younger.sh" programs >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "interop: 0 passed, 1 failed, 0 skipped (it cannot be built there: see $log)"
		exit 1
	fi
	;;
esac

exec "$tree/testing/lab/ring.sh" interop "$@"
