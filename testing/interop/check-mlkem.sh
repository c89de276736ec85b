#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-mlkem.sh: all unit tests with an NSS that has ML-KEM, in the peers' Debian. Ends with one line
# that counts those of ML-KEM; where they could not run, it says so.
set -eu

cd "$(dirname "$0")"
build=${CYGNET_BUILD:-../../build}

skip() {
	echo "mlkem: 0 passed, 0 failed, 1 skipped ($1)"
	exit 0
}

log=$build/mlkem.log
status=0
mkdir -p "$build"
./younger.sh check-unit >"$log" 2>&1 || status=$?
[ $status -ne 125 ] || skip "$(tail -n 1 "$log")"
grep -q NSS_HAS_ML_KEM.1 "$build/peers/gen/nss_features.h" || skip "its NSS has no ML-KEM either"
if [ $status -ne 0 ]; then
	tail -n 60 "$log"
fi
sed -n 's/^unit: /mlkem: /p' "$log" | grep . || echo "mlkem: 0 passed, 1 failed, 0 skipped"
exit $status
