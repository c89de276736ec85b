#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-memory.sh BUILD ASAN TSAN: the rings again under ASan and UBSan (built in ASAN), unit tests
# and some seeds under valgrind (built in BUILD), and what has threads under TSan (built in TSAN).
# Ends with one line that counts these runs.
# check-memory.sh one BINARY: that one under valgrind, what it says in one piece.
set -u

under_valgrind() {
	valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes \
		--suppressions="$(dirname "$0")/valgrind.supp" "$@"
}

if [ "$1" = one ]; then
	status=0
	said=$(under_valgrind "$2" 2>&1) || status=$?
	[ $status -eq 0 ] || said="$said
$2: exit status $status"
	echo "$said"
	exit $status
fi
build=$1
asan=$2
tsan=$3
log=$build/memory.log
passed=0
failed=0
skipped=0

export UBSAN_OPTIONS=print_stacktrace=1
: >"$log"

# step "what" COMMAND...: quiet, unless it fails
step() {
	what=$1
	shift
	echo "memory: $what ..."
	if "$@" >"$log.step" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "memory: $what: FAILED"
		grep -E '^\[  FAILED  \]|^==[0-9]+== [A-Z]|ERROR: |runtime error|exit status' "$log.step" |
			head -n 40
		tail -n 20 "$log.step"
	fi
	cat "$log.step" >>"$log"
}

tests() { # BUILD: the unit tests in it
	find "$1/unit" -name 'test_*' -type f -perm -u+x | sort
}

# shellcheck disable=SC2046 # no blanks in these names
step "unit tests, ASan and UBSan" testing/unit/run "$asan" $(tests "$asan")
step "300 seeds of the simulation, ASan and UBSan" testing/sim/run "$asan/bin/sim" 1-300

# shellcheck disable=SC2046 # no blanks in these names
step "unit tests of what has threads, TSan" testing/unit/run "$tsan" $(tests "$tsan")

# As many at once as there are CPUs; but those that count time or memory themselves, or abort on purpose
# in children.
all_under_valgrind() {
	tests "$build" | grep -v -e /test_mem$ -e /test_control_server$ |
		xargs -P "$(nproc)" -I {} "$0" one {}
}
step "unit tests, valgrind" all_under_valgrind
step "5 seeds of the simulation, valgrind" under_valgrind "$build/bin/sim" 1-5

# One whole session on the real kernel: up, traffic, down, stop, by sanitized programs.
session() {
	CYGNET_BUILD=$asan testing/lab/check-lab.sh 01-page >"$log.lab" 2>&1
	cat "$log.lab"
	grep -q '^lab: 1 passed, 0 failed, 0 skipped' "$log.lab"
}
asan=$(cd "$asan" && pwd)
session_skipped() {
	grep -q '^lab: 0 passed, 0 failed, 1 skipped' "$log.lab"
}
echo "memory: the page on the real kernel, ASan and UBSan ..."
if session >"$log.step" 2>&1; then
	passed=$((passed + 1))
elif session_skipped; then
	skipped=$((skipped + 1))
	grep '^lab:' "$log.lab"
else
	failed=$((failed + 1))
	tail -n 60 "$log.step"
fi
cat "$log.step" >>"$log"
rm -f "$log.step" "$log.lab"

echo "memory: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
