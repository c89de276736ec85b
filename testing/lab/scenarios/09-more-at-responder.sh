# SPDX-License-Identifier: GPL-2.0-or-later
scenario "two clones at the initiator, four at the responder: it fills its own CPUs afterwards"

need_cpus 4
net_conn clones=2 | conf west
net_conn clones=4 | conf east
start_both
up west westnet-eastnet
wait_for "east has a head and 4 clones outbound" 20 is cpus_of east out = "$(cpu_list 4)"
wait_for "west has 5 inbound SAs" 10 is count west "sa dir=in" = 5
assert_eq "CPUs of west's outbound SAs" "$(cpus_of west out)" "$(cpu_list 2)"
for cpu in 0 1; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done
assert_ok "ping from a CPU of east's own clone" ping_from east 3 192.0.2.254 192.0.1.254
down west westnet-eastnet
set_is_gone west
set_is_gone east
finish
