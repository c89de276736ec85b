# SPDX-License-Identifier: GPL-2.0-or-later
scenario "2019's kernel: head and clones are rekeyed in any order under traffic, nothing is lost"

. ../kernel-2019/lib.sh

need_cpus 2
name=westnet-eastnet

# rekeyed HOST CHILD LEFT: HOST rekeys it; of both ends' outbound SAs LEFT stay
rekeyed() {
	for end in west east; do
		outbound $end >"$lab/$end.outbound"
	done
	assert_ok "$1 rekeys $2" rekey "$1" child "$2"
	for end in west east; do
		wait_for "$end keeps $3" 15 is kept $end = "$3"
		wait_for "$end has no other" 15 is sas_of $end = 6
	done
}

for lookup in 0 1; do
	plain_lookup $lookup
	both net_conn clones=2
	start_both
	up west $name
	slots_are_up west 2
	slots_are_up east 2
	for cpu in 0 1; do
		stream west $cpu 192.0.1.254 192.0.2.254
		stream east $cpu 192.0.2.254 192.0.1.254
	done
	rekeyed west $name-1 2
	rekeyed east $name-0 2
	rekeyed west $name-2 2
	rekeyed east $name-1 2
	rekeyed west $name-0 2
	rekeyed east $name 0
	for host in west east; do
		slots_are_up $host 2
	done
	end_streams
	for host in west east; do
		for cpu in 0 1; do
			assert_eq "$host: pings of CPU $cpu without an answer" "$(lost_of $host $cpu)" 0
		done
	done
	for cpu in 0 1; do
		one_cpu_one_clone $name $cpu 168 192.0.1.254 192.0.2.254
	done
	down west $name
	set_is_gone west
	set_is_gone east
	finish
done
