# SPDX-License-Identifier: GPL-2.0-or-later
scenario "transport mode between the gateways"

both host_conn clones=2 type=transport
start_both
up west west-east
set_is_up west 2 transport
set_is_up east 2 transport
for cpu in 0 1; do
	one_cpu_one_clone west-east $cpu 128 192.1.2.45 192.1.2.23
done
down west west-east
set_is_gone west
set_is_gone east
finish
