# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# everything.sh: all that happens to a clone set in its life, under packets that are counted. Sourced by
# scenarios, which set
#
# mode   more lines for both connections

. ./streams.sh
. ./hotplug.sh

name=westnet-eastnet
# shellcheck disable=SC2034 # for streams.sh
rate=500
members="0 1 2 3 4"

has_head() {
	[ "$(sas_of "$1")" -ge 2 ]
}

both_complete() {
	for host in west east; do
		wait_for "$1: $host has the set" 30 complete $host
	done
}

# all_rekeyed END: each member by itself, from END
all_rekeyed() {
	for host in west east; do
		outbound $host >$lab/$host.outbound
	done
	for member in $members; do
		assert_ok "rekey of $name-$member from $1" rekey "$1" child "$name-$member"
	done
	for host in west east; do
		wait_for "$host: all are new" 20 all_new $lab/$host.outbound outbound $host
	done
	both_complete "after that"
}

new_ike_sa() {
	for host in west east; do
		ike_spis $host >$lab/$host.ike
	done
	assert_ok "rekey of the IKE SA from $1" rekey "$1" ike $name
	for host in west east; do
		wait_for "$host: a new IKE SA" 20 all_new $lab/$host.ike ike_spis $host
	done
}

away_and_back() {
	assert_ok "CPU $last goes offline" online 0
	wait_for "CPU $last is away" 20 said 0-2
	sleep 2
	assert_ok "CPU $last comes back" back
	wait_for "CPU $last is back" 20 said 0-3
	streams_back
	both_complete "with CPU $last"
}

# East, who made them, gives one of its clones up; west makes one for its CPU, which east keeps as a spare.
deleted_by_the_peer() {
	# shellcheck disable=SC2086 # words
	net_conn clones=0-2 $mode | conf east
	assert_ok "replace at east" ipsec east auto --replace $name
	wait_for "east sends on three clones" 20 is cpus_of east out = "$(cpu_list 3)"
	wait_for "west hears of it" 20 more_than west 'deleted by the peer' "$deleted"
	wait_for "west has made another one" 20 complete west
	wait_for "and east has it" 20 is count east "sa dir=in" = 5
}

# shellcheck disable=SC2086 # words
both net_conn clones=4 $mode
start_both
neighbours
up east $name
for host in west east; do
	wait_for "$host has a head" 10 has_head $host
done
streams_begin
both_complete "first"
for end in west east; do
	all_rekeyed $end
done
new_ike_sa west
new_ike_sa east
away_and_back
deleted=$(log_count west 'deleted by the peer')
deleted_by_the_peer
sleep 1
streams_end
all_arrived "all of it"
echo "packets: west $(sum 2 $lab/sent.west.*), east $(sum 2 $lab/sent.east.*)"
down east $name
for host in west east; do
	wait_for "$host has no SA" 20 is sas_of $host = 0
	assert_eq "$host: policies" "$(policies_of $host)" 0
done
finish
