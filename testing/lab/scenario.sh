#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scenario.sh FILE EVIDENCE: runs one scenario, keeps its logs in EVIDENCE, cleans up after it.
# 0: passed, 77: skipped, other: failed.
set -eu

file=$1
evidence=$2
cd "$(dirname "$0")"
. ./lib.sh

clean_up() {
	keep_evidence "$evidence"
	gw_down
}

gw_down
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
gw_up
# shellcheck source=/dev/null
. "$file"
