# SPDX-License-Identifier: GPL-2.0-or-later
scenario "50 ms, 5 % loss, 200 packets/s on every CPU: rekeys of every kind lose no packet of their own"

. ./streams.sh

need_cpus 2
name=westnet-eastnet
rate=200
clones=$(nproc)

# line HOST: what HOST sends: ESP in a class of its own, all else in another; the same for both
line() {
	on "$1" tc qdisc add dev eth1 root handle 1: prio bands 2 \
		priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
	on "$1" tc filter add dev eth1 parent 1: protocol ip u32 match ip protocol 50 0xff flowid 1:1
	on "$1" tc qdisc add dev eth1 parent 1:1 handle 10: netem delay 50ms loss 5% limit 10000
	on "$1" tc qdisc add dev eth1 parent 1:2 handle 20: netem delay 50ms loss 5% limit 10000
}

# as_formed HOST: the set, and nothing on its way out
as_formed() {
	[ "$(sas_of "$1")" = $((2 * (clones + 1))) ] && complete "$1"
}

# rekey HOST child|ike NAME: by command; 0 also where there is nothing to rekey at this moment
rekey() {
	ipsec "$1" whack --name "$3" --rekey-"$2" >>"$lab/rekey.$1" 2>&1 || :
}

new_child='initiating rekey to replace Child SA'
new_ike='initiating rekey of IKE SA'

both net_conn clones=$clones salifetime=40s ikelifetime=60s rekeymargin=12s rekeyfuzz=50%
start_both
neighbours
line west
line east
up west $name
wait_for "west: the set" 20 as_formed west
wait_for "east: the set" 20 as_formed east
west_misfits=$(misfits west)
east_misfits=$(misfits east)
west_dropped=$(dropped west 10:)
east_dropped=$(dropped east 10:)
assert_eq "counters that are watched" "$(echo "$west_misfits" | wc -w)" 8

stream_from west 192.0.1.254 192.0.2.254 east
stream_from east 192.0.2.254 192.0.1.254 west

# On command: from one end, from the other, and from both at once.
for what in child ike; do
	for hosts in west east "west east"; do
		rekeys=
		for host in $hosts; do
			rekey "$host" $what $name &
			rekeys="$rekeys $!"
		done
		# shellcheck disable=SC2086 # a list
		wait $rekeys
		sleep 2
	done
done
for host in west east; do
	wait_for "$host: rekeys of Child SAs on command" 10 more_than $host "$new_child" 2
	wait_for "$host: rekeys of the IKE SA on command" 10 more_than $host "$new_ike" 0
done

# By time, at both ends with the same lifetimes: all of the head, the clones and the IKE SA.
children=$(($(log_count west "$new_child") + $(log_count east "$new_child")))
ikes=$(($(log_count west "$new_ike") + $(log_count east "$new_ike")))
rekeyed_by_time() {
	now_children=$(($(log_count west "$new_child") + $(log_count east "$new_child")))
	now_ikes=$(($(log_count west "$new_ike") + $(log_count east "$new_ike")))
	[ $now_children -ge $((children + 2 * (clones + 1))) ] && [ $now_ikes -gt "$ikes" ]
}
wait_for "rekeys of all SAs by time" 90 rekeyed_by_time

# shellcheck disable=SC2086 # lists
{
	end_all $senders
	sleep 1
	end_all $receivers
}
for pair in "west east" "east west"; do
	from=${pair% *}
	sent=$(sum 2 $lab/sent."$from".*)
	before=$west_dropped
	[ "$from" = west ] || before=$east_dropped
	lost=$(($(dropped "$from" 10:) - before))
	echo "$pair: sent $sent, dropped by the line $lost"
	assert_eq "$pair: refused when they were sent" "$(sum 4 $lab/sent."$from".*)" 0
	[ $lost -gt 20 ] || fail "the line of $from loses nothing"
	assert_eq "$pair: came again" "$(sum 4 $lab/received."$from".*)" 0
	assert_eq "$pair: received" "$(sum 2 $lab/received."$from".*)" $((sent - lost))
done
assert_eq "west: packets without a fitting SA" "$(misfits west)" "$west_misfits"
assert_eq "east: packets without a fitting SA" "$(misfits east)" "$east_misfits"

down west $name
for host in west east; do
	wait_for "$host has no SA" 60 is sas_of $host = 0
	assert_eq "$host: policies" "$(policies_of $host)" 0
done
finish
