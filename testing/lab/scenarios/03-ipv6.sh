# SPDX-License-Identifier: GPL-2.0-or-later
scenario "the page over IPv6"

both net6_conn clones=2
start_both
up west westnet6-eastnet6
set_is_up west 2
set_is_up east 2
for cpu in 0 1; do
	one_cpu_one_clone westnet6-eastnet6 $cpu 208 2001:db8:0:1::254 2001:db8:0:2::254
done
down west westnet6-eastnet6
set_is_gone west
set_is_gone east
finish
