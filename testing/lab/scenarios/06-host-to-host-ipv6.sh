# SPDX-License-Identifier: GPL-2.0-or-later
scenario "host to host over IPv6: the tunnel swallows neither IKE nor neighbour discovery"

both conn_of west6-east6 left=2001:db8:1:2::45 right=2001:db8:1:2::23 clones=2
start_both
up west west6-east6
set_is_up west 2
set_is_up east 2
ip -n west neigh flush all
ip -n east neigh flush all
for cpu in 0 1; do
	one_cpu_one_clone west6-east6 $cpu 208 2001:db8:1:2::45 2001:db8:1:2::23
done
down west west6-east6
set_is_gone west
set_is_gone east
finish
