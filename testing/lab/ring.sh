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
# Those with numbered streams count each packet at rates that need the machine for themselves: they
# come afterwards, in one.
rm -rf "${CYGNET_BUILD:?}/$ring"
said=$CYGNET_BUILD/$ring.said
: >"$said"
: >"$said.second"
pid=
trap '[ -z "$pid" ] || kill -- "-$pid" 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM

counts_packets() {
	grep -qE '^\. \./(streams|everything)\.sh' "testing/$ring/scenarios/$1"
}

# in_guest FILE...: what it says goes on, but for the closing line
in_guest() {
	testing/lab/ring.sh part "$ring" "$@" 2>&1 | tee -a "$said" |
		grep --line-buffered -v "^$ring: [0-9]" || :
}

# in_two_guests FILE...
in_two_guests() {
	# shellcheck disable=SC2046 # names have no blanks
	setsid testing/lab/ring.sh part "$ring" $(printf '%s\n' "$@" | sed -n 'n;p') \
		>"$said.second" 2>&1 </dev/null &
	pid=$!
	# shellcheck disable=SC2046 # likewise
	in_guest $(printf '%s\n' "$@" | sed -n 'p;n')
	wait $pid || :
	pid=
	grep -v "^$ring: [0-9]" "$said.second" || :
}

counting=
others=
for file in $files; do
	if counts_packets "$file"; then
		counting="$counting $file"
	else
		others="$others $file"
	fi
done
# shellcheck disable=SC2086 # likewise
{
	set -- $others
	if [ $# -ge 2 ] && [ "$(nproc)" -ge 2 ]; then
		in_two_guests "$@"
	elif [ $# -ge 1 ]; then
		in_guest "$@"
	fi
	[ -z "$counting" ] || in_guest $counting
}
cat "$said" "$said.second" | awk -v ring="$ring:" '$1 == ring && $2 ~ /^[0-9]/ {
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
