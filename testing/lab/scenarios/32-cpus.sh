# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a CPU goes offline and comes back under 200 packets/s on every CPU: none is lost, no SA is made anew"

need_cpus 4
name=westnet-eastnet
rate=200
last=3
switch=/sys/devices/system/cpu/cpu$last/online
[ -w $switch ] || skip "CPU $last cannot be switched off here"
receivers=
senders=

# streams_from HOST FROM TO PEER: one stream from each CPU
streams_from() {
	for cpu in 0 1 2 $last; do
		nsenter --net="/run/netns/$4" "$bin/stream" receive "$3" $((5000 + cpu)) \
			>"$lab/received.$1.$cpu" &
		receivers="$receivers $!"
	done
	sleep 0.3
	for cpu in 0 1 2 $last; do
		nsenter --net="/run/netns/$1" taskset -c $cpu \
			"$bin/stream" send "$2" "$3" $((5000 + cpu)) $rate >"$lab/sent.$1.$cpu" &
		senders="$senders $!"
		[ $cpu != $last ] || eval "moving_$1=$!"
	done
}

# end_all PID...
end_all() {
	for pid in "$@"; do
		assert_ok "stream $pid is under way" kill -TERM "$pid"
	done
	for pid in "$@"; do
		wait "$pid" || fail "a stream failed"
	done
}

# sent_by HOST: packets that its last CPU's clone has sent; bytes, to be exact
sent_by() {
	traffic "$1" | sed -n "s/^$name-$((last + 1)) [0-9]* //p"
}

# sends_on HOST: that clone sends now
sends_on() {
	before=$(sent_by "$1")
	sleep 0.5
	[ "$(sent_by "$1")" -gt "$before" ]
}

online() {
	echo "$1" >$switch
}

back() {
	online 1
}

# said LIST: both logs end with these CPUs being online
said() {
	for host in west east; do
		[ "$(sed -n 's/.*CPUs that are online now: //p' $lab/$host/pluto.log | tail -n 1)" = "$1" ] ||
			return 1
	done
}

# slot HOST: how far the last CPU's clone is
slot() {
	ipsec "$1" whack --json --status | grep -F "\"name\":\"$name-$((last + 1))\"" |
		sed -n 's/.*"slot_state":"\([a-z]*\)".*/\1/p'
}

both net_conn clones=yes
trap 'back; clean_up' EXIT
start_both
up west $name
set_is_up west 4
set_is_up east 4
for host in west east; do
	assert_eq "$host: words about interrupts of cards, which are not here" \
		"$(grep -c 'WARNING: CPUs' $lab/$host/pluto.log || :)" 0
	outbound $host >$lab/$host.outbound
	ike_spis $host >$lab/$host.ike
done
streams_from west 192.0.1.254 192.0.2.254 east
streams_from east 192.0.2.254 192.0.1.254 west
for host in west east; do
	wait_for "$host sends on the clone of CPU $last" 20 sends_on $host
done

for round in first second; do
	assert_ok "$round: CPU $last goes offline" online 0
	wait_for "both ends hear of it" 20 said 0-2
	for host in west east; do
		assert_eq "$host: its clone is" "$(slot $host)" spare
		assert_eq "$host: and stays in the kernel" "$(sas_of $host)" 10
		assert_fails "$host: nothing is sent on it" sends_on $host
	done
	assert_ok "CPU $last is back" back
	wait_for "both ends hear of it" 20 said 0-3
	# shellcheck disable=SC2154 # set by streams_from
	for pid in $moving_west $moving_east; do
		assert_ok "its streams go there again" taskset -p -c $last "$pid"
	done
	for host in west east; do
		assert_eq "$host: its clone is" "$(slot $host)" up
		wait_for "$host: and is used" 20 sends_on $host
	done
done

# shellcheck disable=SC2086 # lists
end_all $senders
sleep 1
# shellcheck disable=SC2086
end_all $receivers
for host in west east; do
	for cpu in 0 1 2 $last; do
		assert_eq "$host, CPU $cpu: arrived" "$(cat $lab/received.$host.$cpu)" \
			"received $(sed -n 's/^sent \([0-9]*\) failed 0$/\1/p' $lab/sent.$host.$cpu) again 0"
		echo "sent: $(cat $lab/sent.$host.$cpu)"
	done
	assert_eq "$host: SAs that are the same as before" "$(kept $host)" 5
	ike_spis $host >$lab/now
	assert_ok "$host: and the same IKE SA" cmp $lab/now $lab/$host.ike
done
finish
