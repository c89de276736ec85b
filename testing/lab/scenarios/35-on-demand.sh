# SPDX-License-Identifier: GPL-2.0-or-later
scenario "on demand, 200 packets/s on every CPU: no packet is lost when clones form, are refused and go"

. ./streams.sh

need_cpus 4
name=westnet-eastnet
rate=200
demand="clone-mode=ondemand clone-idle=6s"

# line HOST: ESP takes 20 ms; all else too, and one of ten datagrams is lost. At more than that an
# exchange fails now and then, and its IKE SA with it.
line() {
	on "$1" tc qdisc add dev eth1 root handle 1: prio bands 2 \
		priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
	on "$1" tc filter add dev eth1 parent 1: protocol ip u32 match ip protocol 50 0xff flowid 1:1
	on "$1" tc qdisc add dev eth1 parent 1:1 handle 10: netem delay 20ms limit 10000
	on "$1" tc qdisc add dev eth1 parent 1:2 handle 20: netem delay 20ms loss 10% limit 10000
}

# both_have WHAT N: SAs of both ends
both_have() {
	for host in west east; do
		wait_for "$host: $1" 40 is sas_of $host = "$2"
	done
}

# shellcheck disable=SC2086 # words
both net_conn clones=4 $demand
start_both
neighbours
up west $name
sleep 2
assert_eq "west: SAs without traffic" "$(sas_of west)" 2
line west
line east

# From the first packet on: the head carries what has no clone yet.
streams_begin
for host in west east; do
	wait_for "$host: the set" 40 complete $host
done
sleep 3
streams_end
all_arrived "while clones form"
[ "$(log_count west 'retransmission')" -gt 0 ] || echo "none of the messages was lost"

# Without traffic they go; what comes while they go falls to the head, and makes new ones.
wait_for "clones are given back" 30 more_than west "no traffic for .* giving" 0
sleep 3
streams_begin
sleep 6
for host in west east; do
	wait_for "$host: the set again" 40 complete $host
done
sleep 1
streams_end
all_arrived "while clones go"

both_have "only the head" 2
assert_eq "west: policies" "$(policies_of west)" 3
assert_eq "west: outbound policies for any SA" "$(count west "policy dir=out" spi=0x00000000)" 1
down west $name

# The peer has room for two.
stop east
# shellcheck disable=SC2086 # words
net_conn clones=2 max-clones=2 $demand | conf east
start east
up west $name
streams_begin
wait_for "clones are refused" 40 more_than west "TS_MAX_QUEUE" 0
sleep 4
streams_end
all_arrived "while clones are refused"
both_have "only the head" 2
finish
