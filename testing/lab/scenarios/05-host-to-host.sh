# SPDX-License-Identifier: GPL-2.0-or-later
scenario "host to host in tunnel mode: the tunnel does not swallow IKE"

both host_conn clones=2
start_both
for round in first second; do
	assert_ok "$round up" up west west-east
	set_is_up west 2
	set_is_up east 2
	for cpu in 0 1; do
		one_cpu_one_clone west-east $cpu 168 192.1.2.45 192.1.2.23
	done
	assert_ok "$round down" down west west-east
	set_is_gone west
	set_is_gone east
done
finish
