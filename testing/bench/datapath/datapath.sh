#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# datapath.sh [ROUNDS [SECONDS]]: what a tunnel carries whose packets all arrive at one CPU, as they do
# from a card with one queue: with one SA, with clones, and with each way to bring what arrives to the
# CPU of its clone. They alternate in each round; the medians are told.
#
# CYGNET_BUILD  the build folder; what was measured stays in its folder bench
# CYGNET_ACCEL  as in testing/lab/guest/boot.sh
set -eu

tree=$(cd "$(dirname "$0")/../../.." && pwd)
modes="one-sa clones rps ports-rps xdp"

# Outside: find a kernel, come back inside, and tell.
if [ "${1:-}" != inside ]; then
	CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
	CYGNET_ACCEL=${CYGNET_ACCEL:-tcg,thread=multi}
	export CYGNET_BUILD CYGNET_ACCEL
	out=$CYGNET_BUILD/bench
	rm -rf "$out/datapath"
	mkdir -p "$out/datapath"
	"$tree/testing/lab/run" -c 4 -r "$out/datapath" -- "$0" inside "${1:-5}" "${2:-2}"
	"$CYGNET_BUILD/bin/bench-datapath" report "$out/datapath/measured" "$out/datapath.json" \
		"$out/datapath.table"
	exit
fi
rounds=$2
seconds=$3
measured=$CYGNET_RESULTS/measured

cd "$tree/testing/lab"
# shellcheck source=testing/lab/lib.sh
. ./lib.sh
. ./streams.sh
. ./steering.sh

keep_and_end() {
	keep_evidence "$CYGNET_RESULTS"
	gw_down
}

lines_of() {
	case $1 in
	one-sa) echo clones=no ;;
	clones) echo clones=4 clone-steering=off ;;
	rps) echo clones=4 clone-steering=rps ;;
	ports-rps) echo clones=4 clone-steering=rps encapsulation=yes clone-ports=spread ;;
	xdp) echo clones=4 clone-steering=xdp ;;
	esac
}

# has_set N: both ends send by a head and N clones
has_set() {
	[ "$(cpus_of west out)" = "$(cpu_list "$1")" ] && [ "$(cpus_of east out)" = "$(cpu_list "$1")" ]
}

use_mode() {
	# shellcheck disable=SC2046 # words
	both net_conn $(lines_of "$1")
	down west westnet-eastnet >/dev/null
	for host in west east; do
		ipsec $host auto --replace westnet-eastnet >/dev/null
	done
	up west westnet-eastnet >/dev/null
	case $1 in
	one-sa) wait_for "$1: its SA" 20 has_set 0 ;;
	*) wait_for "$1: its set" 20 has_set 4 ;;
	esac
	if [ "$1" = xdp ]; then
		wait_for "the program is at east's interface" 10 [ "$(xdp_of east)" ]
	fi
}

# busy_us: of all CPUs until now, interrupts included
busy_us() {
	awk '$1 == "cpu" { print ($2 + $3 + $4 + $7 + $8) * 10000 }' /proc/stat
}

replayed() {
	on east awk '$1 == "XfrmInStateSeqError" { print $2 }' /proc/net/xfrm_stat
}

# measure MODE LOAD PROTOCOL PACKET: one line more in $measured
measure() {
	rm -f $lab/load.*
	pids=
	for cpu in 0 1 2 3; do
		nsenter --net=/run/netns/east taskset -c $cpu "$bin/bench-datapath" receive "$3" \
			192.0.2.254 $((6000 + cpu)) >$lab/load.received.$cpu &
		pids="$pids $!"
	done
	sleep 0.5
	busy=$(busy_us)
	replay=$(replayed)
	senders=
	for cpu in 0 1 2 3; do
		nsenter --net=/run/netns/west taskset -c $cpu "$bin/bench-datapath" send "$3" \
			192.0.1.254 192.0.2.254 $((6000 + cpu)) "$4" "$seconds" >$lab/load.sent.$cpu &
		senders="$senders $!"
	done
	for pid in $senders; do
		wait "$pid" || fail "$1: $2: a sender failed"
	done
	busy=$(($(busy_us) - busy))
	sleep 0.5
	for pid in $pids; do
		[ "$3" = tcp ] || kill -TERM "$pid"
		wait "$pid" || fail "$1: $2: a receiver failed"
	done
	packet=$4
	[ "$3" = udp ] || packet=0
	cat $lab/load.sent.* $lab/load.received.* | awk -v start="$1 $2 $packet $seconds" \
		-v busy="$busy" -v replay=$(($(replayed) - replay)) '
		$1 == "sent" { sent += $2; again += $4 }
		$1 == "received" {
			received += $2; late += $4
			for (i = 5; i <= NF; i++) {
				split($i, at, ":")
				cpu[at[1]] += at[2]
			}
		}
		END {
			printf "%s %d %d %d %d %d %d", start, sent, received, again, late, replay, busy
			for (i = 0; i < 4; i++)
				printf " %d", cpu[i]
			printf "\n"
		}' >>"$measured"
}

gw_down
trap keep_and_end EXIT
trap 'exit 130' HUP INT TERM
gw_up
need_cpus 4
one_queue
both net_conn clones=no
start_both
for round in $(seq "$rounds"); do
	for mode in $modes; do
		echo "datapath: round $round of $rounds: $mode" >&2
		use_mode $mode
		measure $mode udp-64 udp 64
		measure $mode udp-512 udp 512
		measure $mode udp-1400 udp 1400
		measure $mode tcp tcp 1400
	done
done
