#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh MAKE: every ring, each with its own line, and one line that sums them up.
set -u

make=$1
out=$(mktemp)
trap 'rm -f "$out"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
skipped=0

# ring NAME TARGET: its closing line is "NAME: N passed, N failed, N skipped"
ring() {
	echo "== $1"
	"$make" --no-print-directory "$2" 2>&1 | tee "$out"
	line=$(grep "^$1: [0-9]* passed, [0-9]* failed, [0-9]* skipped" "$out" | tail -n 1)
	if [ -z "$line" ]; then
		echo "$1: ended without its closing line"
		failed=$((failed + 1))
		return
	fi
	set -- $line
	passed=$((passed + $2))
	failed=$((failed + $4))
	skipped=$((skipped + $6))
}

if ! "$make" --no-print-directory all; then
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
ring unit check-unit
ring sim check-sim
ring mutants sim-mutants
ring fuzz check-fuzz
ring memory check-memory
ring lab check-lab
ring interop check-interop
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
