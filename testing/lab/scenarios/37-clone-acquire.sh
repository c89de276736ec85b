# SPDX-License-Identifier: GPL-2.0-or-later
scenario "clone-acquire=yes: what the kernel loses while it asks, with 200 packets/s from every CPU"

. ./streams.sh

need_cpus 4
name=westnet-eastnet
rate=200
rounds=2

# no_states HOST: packets that had no SA to leave by
no_states() {
	on "$1" awk '$1 == "XfrmOutNoStates" { print $2 }' /proc/net/xfrm_stat
}

# is_asked: west's kernel is to ask for the clones of CPUs
is_asked() {
	[ "$(count west "policy dir=out" flags=4)" = 1 ]
}

net_conn clones=4 clone-mode=ondemand clone-idle=4s clone-acquire=yes | conf west
net_conn clones=4 clone-mode=ondemand clone-idle=4s | conf east
start_both
neighbours
up west $name
total=0
for round in $(seq $rounds); do
	wait_for "round $round: only the head" 40 is sas_of west = 2
	wait_for "round $round: the kernel is asked" 10 is_asked
	before=$(no_states west)
	questions=$(log_count west "its clone is made")
	streams_begin
	for host in west east; do
		wait_for "$host: the set" 40 complete $host
	done
	assert_eq "asked any more" "$(count west "policy dir=out" flags=4)" 0
	sleep 1
	streams_end
	assert_ok "the kernel has asked" more_than west "its clone is made" "$questions"
	assert_eq "east loses" $(($(sum 2 $lab/sent.east.*) - $(sum 2 $lab/received.east.*))) 0
	lost=$(($(sum 2 $lab/sent.west.*) - $(sum 2 $lab/received.west.*)))
	assert_eq "lost for want of an SA, and of nothing else" \
		"$(($(no_states west) - before))" $lost
	echo "round $round: lost $lost of $(sum 2 $lab/sent.west.*)"
	# Where nobody answers it is nearly all of them, for half a minute.
	[ $lost -lt $((rate * 4 / 4)) ] || fail "that is more than a quarter of a second's packets"
	total=$((total + lost))
done
echo "lost in $rounds rounds: $total"
finish
