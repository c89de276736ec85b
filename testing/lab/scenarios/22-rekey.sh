# SPDX-License-Identifier: GPL-2.0-or-later
scenario "rekeying the head, the clones and the IKE SA under traffic loses nothing"

need_cpus 2
name=westnet-eastnet

# misfits HOST: how many packets had no SA, or one that they do not fit
misfits() {
	on "$1" grep -E '^Xfrm(InNoStates|InStateSeqError|InStateMismatch|OutNoStates)' \
		/proc/net/xfrm_stat | awk '{ print $1, $2 }' | tr '\n' ' '
}

# note_keys HOST: all of that, in files
note_keys() {
	outbound "$1" >"$lab/$1.outbound"
	ike_spis "$1" >"$lab/$1.ike"
}

# one_ike_sa: each end has one, and the same. Rekeys that just missed each other run one after the other.
one_ike_sa() {
	ike_spis west >$lab/now.west
	ike_spis east >$lab/now.east
	[ "$(grep -c '' $lab/now.west)" = 2 ] && cmp -s $lab/now.west $lab/now.east
}

# rekey_from WHERE child|ike NAME: WHERE is west, east, or both, which is at the same time
rekey_from() {
	for host in west east; do
		note_keys $host
	done
	if [ "$1" != both ]; then
		assert_ok "rekey $2 $3 from $1" rekey "$1" "$2" "$3"
		return
	fi
	rekey east "$2" "$3" >$lab/rekey.east 2>&1 &
	east_rekeys=$!
	rekey west "$2" "$3" >$lab/rekey.west 2>&1 &
	wait $! || fail "west refuses: $(cat $lab/rekey.west)"
	wait $east_rekeys || fail "east refuses: $(cat $lab/rekey.east)"
	echo "ok: rekey $2 $3 from both ends"
}

# keys_are_new FILE CMD: at both ends
keys_are_new() {
	for host in west east; do
		wait_for "$host: new $1 SPIs" 10 all_new $lab/$host."$1" "$2" $host
	done
	sleep 0.5 # where both ends rekeyed, for the one that is too many to go
}

both net_conn clones=2
start_both
up west $name
set_is_up west 2
set_is_up east 2
west_misfits=$(misfits west)
east_misfits=$(misfits east)
assert_eq "counters that are watched" "$(echo "$west_misfits" | wc -w)" 8

for cpu in 0 1; do
	stream west $cpu 192.0.1.254 192.0.2.254
	stream east $cpu 192.0.2.254 192.0.1.254
done

rekey_from west child $name
keys_are_new outbound outbound
rekey_from both child $name
keys_are_new outbound outbound

rekey_from east child $name-2
wait_for "west: one new SPI" 10 is kept west = 2
wait_for "east: one new SPI" 10 is kept east = 2
assert_eq "east: of CPU 1" "$(outbound east cpu=1 | grep -cxFf $lab/east.outbound)" 0

rekey_from west ike $name
keys_are_new ike ike_spis
rekey_from both ike $name
keys_are_new ike ike_spis
wait_for "one IKE SA, the same at both ends" 10 one_ike_sa
for host in west east; do
	assert_eq "$host: Child SAs that moved to it" "$(kept $host)" 3
done

for host in west east; do
	wait_for "$host: replaced SAs are gone" 15 is sas_of $host = 6
	set_is_up $host 2
done
end_streams
for host in west east; do
	assert_eq "$host: pings of CPU 0 without an answer" "$(lost_of $host 0)" 0
	assert_eq "$host: pings of CPU 1 without an answer" "$(lost_of $host 1)" 0
done
assert_eq "west: packets without a fitting SA" "$(misfits west)" "$west_misfits"
assert_eq "east: packets without a fitting SA" "$(misfits east)" "$east_misfits"

down west $name
set_is_gone west
set_is_gone east
assert_eq "west: IKE SAs" "$(ike_spis west)" ""
assert_eq "east: IKE SAs" "$(ike_spis east)" ""
finish
