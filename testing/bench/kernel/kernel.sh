#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh [TUNNELS]: bench-kernel where there is a kernel for it.
#
# CYGNET_BUILD  the build folder; what was measured stays in its folder bench
set -eu

tree=$(cd "$(dirname "$0")/../../.." && pwd)

if [ "${1:-}" = inside ]; then
	shift
	exec "$CYGNET_BUILD/bin/bench-kernel" "$CYGNET_RESULTS" "$@"
fi
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
export CYGNET_BUILD
out=$CYGNET_BUILD/bench
rm -rf "$out/kernel"
mkdir -p "$out/kernel"
"$tree/testing/lab/run" -c 2 -r "$out/kernel" -- "$0" inside "$@"
mv "$out/kernel/kernel.json" "$out/kernel.json"
