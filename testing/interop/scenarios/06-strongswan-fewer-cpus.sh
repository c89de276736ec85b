# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs, of which Cygnet wants fewer, and more"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"

# wake_all: traffic from each of east's CPUs meets its trap, and is lost until it has an SA
wake_all() {
	for cpu in 0 1 2 3; do
		ping_from east $cpu "$east_inner" "$west_inner" 1 >/dev/null || :
	done
}

# spares: SAs with which west receives only
spares() {
	echo $(($(count west "sa dir=in") - $(count west "sa dir=out")))
}

# 2 CPUs at west, 4 at east: what east makes beyond west's are spares there.
net_conn clones=2 | conf west
swan_conf
peer_start
start west
for who in west east; do
	begin $who
	wake_all
	per_cpu_set 2 4
	assert_eq "west: spares" "$(spares)" 2
	each_cpu_its_sa 2 4
	child_rekeyed peer_rekey child
	settled 5 2
	per_cpu_set 2 4
	assert_eq "west: spares" "$(spares)" 2
	each_cpu_its_sa 2 4
	end $who
done
peer_stop

# 4 CPUs at west, and 2 that east counts: it puts what is beyond them on CPU 0, and makes others when
# there is traffic from CPUs without. All 6 clones are west's too, of which it sends by 4.
six_clones() {
	wait_for "4 clones at west and 6 at east" 30 pairs_agree 5 7
	assert_eq "west: CPUs of outbound SAs" "$(cpus_of west out)" "$(cpu_list 4)"
	assert_eq "east: CPUs of outbound SAs" "$(cpus_of east out)" "- 0 0 0 1 2 3 "
	each_cpu_its_sa 4 4
}

net_conn clones=4 | conf west
assert_ok "west takes the changed connection" ipsec west auto --replace $name
peer_cpus=0-1
peer_start
begin west
wait_for "4 clones at both ends" 30 pairs_agree 5
assert_eq "east: CPUs of outbound SAs" "$(cpus_of east out)" "- 0 0 0 1 "
wake_all
six_clones
child_rekeyed peer_rekey child
settled 7 2
six_clones
outbound west >$lab/west.outbound
assert_ok "west rekeys what it sends by" rekey west child $name
wait_for "west sends by others" 30 is kept west = 0
settled 7 2
six_clones

# West gives two of its own up, and the peer carries on with the others.
net_conn clones=2 | conf west
assert_ok "west takes the changed connection" ipsec west auto --replace $name
wait_for "2 clones at west and 4 at east" 30 pairs_agree 3 5
assert_eq "west: CPUs of outbound SAs" "$(cpus_of west out)" "$(cpu_list 2)"
each_cpu_sends west 2 "$west_inner" "$east_inner"
for cpu in 0 1 2 3; do
	assert_ok "ping from CPU $cpu of east" ping_from east $cpu "$east_inner" "$west_inner" 1
done
end west
finish_west
peer_stop
