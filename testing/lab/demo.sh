#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo.sh: plays a head and two clones between two gateways for a reader, with real commands, and
# fails when what they show is not what it should be.
#
# CYGNET_BUILD  the build folder
set -eu

# Outside: find a kernel, and come back inside.
if [ "${1:-}" != inside ]; then
	tree=$(cd "$(dirname "$0")/../.." && pwd)
	CYGNET_BUILD=${CYGNET_BUILD:-$tree/build}
	export CYGNET_BUILD
	"$tree/mk/need.sh" lab
	exec "$tree/testing/lab/run" -c 2 -- "$tree/testing/lab/demo.sh" inside
fi

cd "$(dirname "$0")"
# shellcheck source=testing/lab/lib.sh
. ./lib.sh

tell() {
	echo
	printf '%s\n' "$@"
}

# Tells that something still goes on, every two seconds.
tick() {
	seconds=0
	while sleep 2; do
		seconds=$((seconds + 2))
		echo "    ... $seconds s"
	done
}

# quietly_long CMD...: CMD, with ticks when it takes long
quietly_long() {
	tick &
	ticker=$!
	result=0
	"$@" || result=$?
	kill "$ticker" 2>/dev/null || :
	wait "$ticker" 2>/dev/null || :
	return $result
}

# type_at HOST "COMMAND AS TYPED" CMD...: shows the command, and what CMD, which is the same, prints
type_at() {
	echo
	echo "$1# $2"
	shift 2
	quietly_long "$@" || fail "exit status $?"
}

# of the kernel's SAs, what matters here
# shellcheck disable=SC2016 # for awk
columns='/^sa/ { print $2, $3, $6, $8, $12 }'

sas_in_short() {
	dump "$1" | awk "$columns"
}

show_sas() {
	type_at "$1" "xfrm-dump | awk '$columns'" sas_in_short "$1"
}

# on failure the ends of both logs may tell why
clean_up() {
	status=$?
	for host in west east; do
		if [ $status -ne 0 ] && [ -s "$lab/$host/pluto.log" ]; then
			echo "$host's log ends with:"
			tail -n 10 "$lab/$host/pluto.log"
		fi
	done
	gw_down
	exit $status
}

page_ping() {
	on west taskset "$1" ping -n -c 2 -I 192.0.1.254 192.0.2.254
}

gw_down
trap clean_up EXIT
trap 'exit 130' HUP INT TERM
gw_up
both net_conn clones=2

tell "Two gateways, west and east, each a network namespace with a pluto of its own:" "" \
	"  192.0.1.0/24 --- west 192.1.2.45 ======= 192.1.2.23 east --- 192.0.2.0/24" "" \
	"Both have this connection in ipsec.conf, and the same PSK in ipsec.secrets. (Their files" \
	"are in $lab; the --config and --rundir that say so are not shown below.)" ""
sed -n '/^conn/,$p' "$lab/west/ipsec.conf"

type_at west "ipsec start" start west
type_at east "ipsec start" start east

tell "West brings the connection up: one head, which any CPU may use, and two clones."
type_at west "ipsec auto --up westnet-eastnet" up west westnet-eastnet

tell "In the kernel each clone's SAs belong to one CPU; the head's (cpu=-) belong to none."
show_sas west

tell "A ping from CPU 0, then one from CPU 1:"
type_at west "taskset 0x1 ping -n -c 2 -I 192.0.1.254 192.0.2.254" page_ping 0x1
type_at west "taskset 0x2 ping -n -c 2 -I 192.0.1.254 192.0.2.254" page_ping 0x2

tell "Each went through the SA of its own CPU, and nothing through the head:"
type_at west "ipsec whack --trafficstatus" ipsec west whack --trafficstatus
type_at east "ipsec whack --trafficstatus" ipsec east whack --trafficstatus
traffic west >"$lab/west.traffic"
traffic east >"$lab/east.traffic"

tell "Down takes the whole set, on both ends, and stop leaves the kernels empty."
type_at west "ipsec auto --down westnet-eastnet" down west westnet-eastnet
type_at west "ipsec stop" stop west
type_at east "ipsec stop" stop east
for host in west east; do
	type_at $host "xfrm-dump --count sa; xfrm-dump --count policy" on $host \
		sh -c "'$bin/xfrm-dump' --count sa; '$bin/xfrm-dump' --count policy"
done

# What was shown must also have been true.
echo
cat >"$lab/page" <<-EOF
	westnet-eastnet-0 0 0
	westnet-eastnet-1 168 168
	westnet-eastnet-2 168 168
EOF
for host in west east; do
	cmp -s "$lab/page" "$lab/$host.traffic" || fail "$host's bytes are not what they should be"
	kernel_is_empty $host >/dev/null || fail "$host's kernel is not empty"
done
echo "demo: each CPU's traffic went through an SA of its own, and nothing was left behind."
