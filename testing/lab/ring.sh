#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ring.sh RING [NAME...]: the scenarios of testing/RING on the real kernel, all or those whose file names
# have a NAME in them. Ends with one line that counts them; where they could not run, it says so.
# ring.sh part RING FILE...: these, in one guest.
#
# CYGNET_BUILD  the build folder; logs stay in its folder RING
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
export CYGNET_BUILD

if [ "$1" = part ]; then
	ring=$2
	shift 2
	status=0
	"$tree/testing/lab/run" -c 4 -r "$CYGNET_BUILD/$ring" -- \
		"$tree/testing/lab/check" -r "$ring" "$@" || status=$?
	case $status in
	0 | 1) ;;
	125) echo "$ring: 0 passed, 0 failed, 1 skipped (there was no kernel to run it on)" ;;
	*) echo "$ring: 0 passed, 1 failed, 0 skipped (it ended with $status)" ;;
	esac
	exit 0
fi

ring=$1
shift
cd "$tree"

# chosen NAME...: the file names of the scenarios that are meant
chosen() {
	for file in testing/"$ring"/scenarios/*.sh; do
		file=${file##*/}
		[ $# -gt 0 ] || echo "$file"
		for name in "$@"; do
			case $file in
			*"$name"*) echo "$file" && break ;;
			esac
		done
	done
}

files=$(chosen "$@")
if [ -z "$files" ]; then
	echo "$ring: 0 passed, 0 failed, 1 skipped (no scenario has a name with $*)"
	exit 0
fi
# An emulated guest keeps one CPU busy: two at once, each with every other scenario, take half as long.
# Not where each packet is counted at rates that need the machine for themselves.
rm -rf "${CYGNET_BUILD:?}/$ring"
first=$CYGNET_BUILD/$ring.first
second=$CYGNET_BUILD/$ring.second
: >"$second"
pid=
trap '[ -z "$pid" ] || kill -- "-$pid" 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM
if [ "$ring" != lab ] && [ "$(nproc)" -ge 2 ] && [ "$(echo "$files" | grep -c '')" -ge 2 ]; then
	# shellcheck disable=SC2046 # names have no blanks
	setsid testing/lab/ring.sh part "$ring" $(echo "$files" | sed -n 'n;p') \
		>"$second" 2>&1 </dev/null &
	pid=$!
	files=$(echo "$files" | sed -n 'p;n')
fi
# shellcheck disable=SC2086 # likewise
testing/lab/ring.sh part "$ring" $files 2>&1 | tee "$first" |
	grep --line-buffered -v "^$ring: [0-9]" || :
[ -z "$pid" ] || wait $pid || :
pid=
grep -v "^$ring: [0-9]" "$second" || :
cat "$first" "$second" | awk -v ring="$ring:" '$1 == ring && $2 ~ /^[0-9]/ {
		passed += $2; failed += $4; skipped += $6
		if (match($0, /\(.*\)$/))
			why = " " substr($0, RSTART)
		ended++
	}
	END {
		if (ended == 0)
			failed = 1
		printf "%s %d passed, %d failed, %d skipped%s\n", ring, passed, failed, skipped, why
		exit (failed > 0)
	}'
