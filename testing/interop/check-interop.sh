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
results=$CYGNET_BUILD/interop
log=$CYGNET_BUILD/interop.log

# check-interop.sh part FILE...: runs these scenarios; what it prints ends with the line that counts them
if [ "${1:-}" = part ]; then
	shift
	status=0
	"$tree/testing/lab/run" -c 4 -r "$results" -- "$tree/testing/lab/check" -r interop "$@" ||
		status=$?
	case $status in
	0 | 1) ;;
	125) echo "interop: 0 passed, 0 failed, 1 skipped (there was no kernel to run it on)" ;;
	*) echo "interop: 0 passed, 1 failed, 0 skipped (it ended with $status)" ;;
	esac
	exit 0
fi

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

# chosen NAME...: the file names of the scenarios that are meant
chosen() {
	for file in "$tree"/testing/interop/scenarios/*.sh; do
		file=${file##*/}
		[ $# -gt 0 ] || echo "$file"
		for name in "$@"; do
			case $file in
			*"$name"*) echo "$file" && break ;;
			esac
		done
	done
}

# An emulated guest keeps one CPU busy: two at once, each with every other scenario, take half as long.
rm -rf "$results"
files=$(chosen "$@")
[ -n "$files" ] || cannot_run "no scenario has a name with $*"
second=$CYGNET_BUILD/interop.second
: >"$second"
pid=
trap '[ -z "$pid" ] || kill -- "-$pid" 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM
if [ "$(nproc)" -ge 2 ] && [ "$(echo "$files" | grep -c '')" -ge 2 ]; then
	# shellcheck disable=SC2046 # names have no blanks
	setsid "$tree/testing/interop/check-interop.sh" part $(echo "$files" | sed -n 'n;p') \
		>"$second" 2>&1 </dev/null &
	pid=$!
	files=$(echo "$files" | sed -n 'p;n')
fi
# shellcheck disable=SC2086 # likewise
"$tree/testing/interop/check-interop.sh" part $files 2>&1 | tee "$log" |
	grep --line-buffered -v '^interop: [0-9]' || :
[ -z "$pid" ] || wait $pid || :
pid=
grep -v '^interop: [0-9]' "$second" || :
cat "$log" "$second" | awk '/^interop: [0-9]/ {
		passed += $2; failed += $4; skipped += $6
		if (match($0, /\(.*\)$/))
			why = " " substr($0, RSTART)
		ended++
	}
	END {
		if (ended == 0)
			failed = 1
		printf "interop: %d passed, %d failed, %d skipped%s\n", passed, failed, skipped, why
		exit (failed > 0)
	}'
