# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a CPU goes offline and comes back under 200 packets/s on every CPU: none is lost, no SA is made anew"

. ./streams.sh
. ./hotplug.sh

name=westnet-eastnet
rate=200

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

# slot HOST: how far the last CPU's clone is
slot() {
	ipsec "$1" whack --json --status | grep -F "\"name\":\"$name-$((last + 1))\"" |
		sed -n 's/.*"slot_state":"\([a-z]*\)".*/\1/p'
}

both net_conn clones=yes
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
streams_begin
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
	streams_back
	for host in west east; do
		assert_eq "$host: its clone is" "$(slot $host)" up
		wait_for "$host: and is used" 20 sends_on $host
	done
done

streams_end
all_arrived "with and without CPU $last"
for host in west east; do
	assert_eq "$host: SAs that are the same as before" "$(kept $host)" 5
	ike_spis $host >$lab/now
	assert_ok "$host: and the same IKE SA" cmp $lab/now $lab/$host.ike
done
finish
