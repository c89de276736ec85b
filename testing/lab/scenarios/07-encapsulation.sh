# SPDX-License-Identifier: GPL-2.0-or-later
scenario "encapsulation=yes: all SAs of the set in UDP"

both net_conn clones=2 encapsulation=yes
start_both
up west westnet-eastnet
set_is_up west 2
set_is_up east 2
assert_eq "west's SAs on port 4500 at both ends" "$(count west "sa dir" encap=4500:4500)" 6
assert_eq "east's SAs on port 4500 at both ends" "$(count east "sa dir" encap=4500:4500)" 6
for cpu in 0 1; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done
down west westnet-eastnet
set_is_gone west
set_is_gone east
finish
