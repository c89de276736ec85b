# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs answers our trap, and we its traps, CPU by CPU"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"
net_conn clones=4 auto=route | conf west
swan_conf
peer_start
start west
our_trap
per_cpu_rekeyed tunnel
nothing_of_the_packet
down west $name
tunnel_is_gone 3

# Its trap begins, and both kernels ask for what their CPUs lack. What they lose is theirs.
net_conn clones=4 clone-mode=ondemand clone-acquire=yes | conf west
assert_ok "west takes the changed connection" ipsec west auto --replace $name
begin east
wait_for "both have a head" 30 pings_from east 1 "$east_inner" "$west_inner"
for cpu in 0 1 2 3; do
	ping_from west $cpu "$west_inner" "$east_inner" 1 || :
	ping_from east $cpu "$east_inner" "$west_inner" 1 || :
done
per_cpu_set 4 4
each_cpu_its_sa 4 4
assert_ok "west's kernel asked" grep -q "sends without a clone: its clone is made" $lab/west/pluto.log
end east
finish_west
peer_stop
