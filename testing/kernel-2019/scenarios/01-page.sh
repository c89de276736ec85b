# SPDX-License-Identifier: GPL-2.0-or-later
scenario "2019's kernel: four clones on four CPUs, down and delete without an error"

. ../kernel-2019/lib.sh

need_cpus 4
name=westnet-eastnet
for lookup in 0 1; do
	plain_lookup $lookup
	both net_conn clones=4
	start_both
	assert_ok "west speaks the dialect" grep -qF "(pcpu-2)" $lab/west/pluto.log
	for round in first second; do
		assert_ok "$round up" up west $name
		slots_are_up west 4
		slots_are_up east 4
		for cpu in 0 1 2 3; do
			one_cpu_one_clone $name $cpu 168 192.0.1.254 192.0.2.254
		done
		assert_eq "west: the head" "$(traffic west | sed -n "s/^$name-0 //p")" "0 0"
		assert_ok "$round down" down west $name
		set_is_gone west
		set_is_gone east
	done
	assert_ok "up once more" up west $name
	assert_ok "delete while it is up" ipsec west auto --delete $name
	set_is_gone west
	set_is_gone east
	finish
done
