#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# peers.sh [TUNNELS]: Cygnet, strongSwan and libreswan, each with itself: that many tunnels between
# two namespaces, brought up at once with SAs in a real kernel. The daemons alternate; each round has
# a guest of its own. peers.sh round ROUND TUNNELS is one of them, and peers.sh report tells the
# medians of those that there are.
#
# CYGNET_BUILD  the build folder; what was measured stays in its folder bench
set -eu

tree=$(cd "$(dirname "$0")/../../.." && pwd)
CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
CYGNET_PEERS=${CYGNET_PEERS:-$("$tree/testing/interop/peers.sh")}
export CYGNET_BUILD CYGNET_PEERS
out=$CYGNET_BUILD/bench
rounds=5
patience=120

round() {
	"$tree/testing/lab/run" -c 2 -r "$out/peers/$1" -- "$0" inside "$1" "$2"
}

report() {
	cat "$out"/peers/*/measured >"$out/peers/measured"
	"$CYGNET_BUILD/bin/bench-peers" report "$out/peers/measured" "$out/peers.json" \
		"$CYGNET_PEERS/peers"
}

case ${1:-} in
inside) ;;
round)
	mkdir -p "$out/peers"
	round "$2" "$3"
	exit
	;;
report)
	report
	exit
	;;
*)
	rm -rf "$out/peers"
	mkdir -p "$out/peers"
	for round in $(seq $rounds); do
		round "$round" "${1:-500}"
	done
	report
	exit
	;;
esac
round=$2
tunnels=$3

cd "$tree/testing/lab"
# shellcheck source=testing/lab/lib.sh
. ./lib.sh
# shellcheck source=testing/interop/lib.sh
. ../interop/lib.sh
# shellcheck source=testing/bench/peers/daemons.sh
. ../bench/peers/daemons.sh

keep_and_end() {
	keep_evidence "$CYGNET_RESULTS"
	gw_down
}

# in_order ROUND: another daemon is the first in each
in_order() {
	case $(($1 % 3)) in
	0) echo libreswan cygnet strongswan ;;
	1) echo cygnet strongswan libreswan ;;
	2) echo strongswan libreswan cygnet ;;
	esac
}

daemon_pids() {
	ip netns pids west
	ip netns pids east
}

# cpu_of PID...: hundredths of a second, user and system
cpu_of() {
	for pid; do
		sed 's/.*) //' "/proc/$pid/stat"
	done | awk '{ ticks += $12 + $13 } END { print ticks }'
}

# memory_of PID...: KiB of memory that is in no file
memory_of() {
	for pid; do
		cat "/proc/$pid/smaps_rollup"
	done | awk '$1 == "Pss_Anon:" { kib += $2 } END { print kib }'
}

threads_of() {
	for pid; do
		cat "/proc/$pid/status"
	done | awk '$1 == "Threads:" { n += $2 } END { print n / 2 }'
}

now() {
	cut -d ' ' -f 1 /proc/uptime
}

all_up() {
	"$bin/bench-peers" wait $((2 * tunnels)) $patience /run/netns/west /run/netns/east ||
		fail "$1: they are not all up"
}

# measure DAEMON: one line more of what was measured
measure() {
	gw_up
	for host in west east; do
		"$1_start" $host >$lab/said 2>&1 || fail "$1: $(tail $lab/said)"
	done
	pids=$(daemon_pids)
	# shellcheck disable=SC2086 # numbers
	memory=$(memory_of $pids) cpu=$(cpu_of $pids)
	"$1_load" east "$tunnels" add >$lab/load.east 2>&1 || fail "$1: $(tail $lab/load.east)"
	# shellcheck disable=SC2086
	loaded=$(cpu_of $pids)
	since=$(now)
	"$1_load" west "$tunnels" start >$lab/load.west 2>&1 &
	loader=$!
	all_up "$1"
	until=$(now)
	# shellcheck disable=SC2086
	up=$(cpu_of $pids)
	wait $loader || fail "$1: $(tail $lab/load.west)"
	for host in west east; do
		assert_eq "$1: SAs of $host" "$(sas_of $host)" $((2 * tunnels))
	done
	# shellcheck disable=SC2086
	echo "$1 $tunnels $since $until $cpu $loaded $up $memory $(memory_of $pids) $(threads_of $pids)" |
		awk '{ print $1, $2, $4 - $3, ($6 - $5) / 100, ($7 - $6) / 100, $9 - $8, $10 }' |
		tee -a "$CYGNET_RESULTS/measured"
	gw_down
}

gw_down
trap keep_and_end EXIT
trap 'exit 130' HUP INT TERM
enter_peers
for daemon in $(in_order "$round"); do
	echo "peers: round $round of $rounds: $daemon" >&2
	measure "$daemon"
done
