# SPDX-License-Identifier: GPL-2.0-or-later
scenario "four clones on four CPUs, brought up twice"

need_cpus 4
both net_conn clones=4
start_both
for round in first second; do
	assert_ok "$round up" up west westnet-eastnet
	set_is_up west 4
	set_is_up east 4
	for cpu in 0 1 2 3; do
		one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
	done
	assert_ok "$round down" down west westnet-eastnet
	set_is_gone west
	set_is_gone east
done
finish
