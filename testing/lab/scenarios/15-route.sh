# SPDX-License-Identifier: GPL-2.0-or-later
scenario "auto=route: traffic brings the set up, and the trap stays after down"

both net_conn clones=2 auto=route
start_both
assert_eq "policies of the trap" "$(policies_of west)" 3
assert_eq "SAs" "$(sas_of west)" 0
net_ping 0 || echo "the packets that found the trap are lost"
wait_for "west has 6 SAs" 20 is sas_of west = 6
set_is_up west 2
set_is_up east 2
for cpu in 0 1; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done
down west westnet-eastnet
wait_for "west has no SA" 10 is sas_of west = 0
wait_for "east has no SA" 10 is sas_of east = 0
assert_eq "west's policies of the trap" "$(policies_of west)" 3
assert_eq "east's policies of the trap" "$(policies_of east)" 3
finish
