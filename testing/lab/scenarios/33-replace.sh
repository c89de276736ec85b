# SPDX-License-Identifier: GPL-2.0-or-later
scenario "replace with another clones= adds or takes away clones, and leaves the rest up"

need_cpus 4
name=westnet-eastnet

# replace_with CLONES: at west
replace_with() {
	net_conn clones="$1" | conf west
	assert_ok "replace with clones=$1" ipsec west auto --replace $name
}

both net_conn clones=1
start_both
up west $name
set_is_up west 1
outbound west >$lab/west.outbound
ike_spis west >$lab/west.ike

replace_with 0-2
wait_for "west has a head and three clones" 10 is cpus_of west out = "$(cpu_list 3)"
assert_eq "west: SAs that are the same as before" "$(kept west)" 2
wait_for "east has the others as spares" 10 is count east "sa dir=in" = 4
for cpu in 0 1 2; do
	one_cpu_one_clone $name $cpu 168 192.0.1.254 192.0.2.254
done

replace_with 1
wait_for "west has a head and one clone" 10 is cpus_of west out = "$(cpu_list 1)"
wait_for "nothing more is there at west" 20 is sas_of west = 4
wait_for "nor at east" 20 is sas_of east = 4
assert_eq "west: SAs that are the same as before" "$(kept west)" 2
ike_spis west >$lab/now
assert_ok "and the same IKE SA" cmp $lab/now $lab/west.ike
assert_ok "a ping from a CPU that had a clone" net_ping 2
assert_fails "replace of one clone" ipsec west auto --replace $name-1
assert_eq "west: SAs" "$(sas_of west)" 4
finish
