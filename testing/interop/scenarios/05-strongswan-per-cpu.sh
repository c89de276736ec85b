# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs: each CPU its SA, whoever begins, through rekeys and deletes"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"
net_conn clones=4 | conf west
swan_conf
peer_start
start west
per_cpu_both_roles tunnel

# A clone that the peer deletes comes again, and the others stay.
begin west
per_cpu_set 4 4
each_cpu_its_sa 4 4
outbound west >$lab/west.outbound
for cpu in 0 3; do
	assert_ok "the peer deletes the clone of its CPU $cpu" peer_delete_clone $cpu
done
wait_for "west sends by 3 of the 5" 10 is kept west = 3
per_cpu_set 4 4
assert_eq "SAs that stayed" "$(kept west)" 3
settled 5
each_cpu_its_sa 4 4
end west
finish_west
peer_stop
