# SPDX-License-Identifier: GPL-2.0-or-later
scenario "four clones at the initiator, two at the responder: its spare SAs stay inbound only"

need_cpus 4
net_conn clones=4 | conf west
net_conn clones=2 | conf east
start_both
up west westnet-eastnet
set_is_up west 4
wait_for "east has 5 inbound SAs" 10 is count east "sa dir=in" = 5
wait_for "east has a head and 2 clones outbound" 10 is cpus_of east out = "$(cpu_list 2)"
for cpu in 0 1 2 3; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done
down west westnet-eastnet
set_is_gone west
set_is_gone east
finish
