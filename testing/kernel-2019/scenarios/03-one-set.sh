# SPDX-License-Identifier: GPL-2.0-or-later
scenario "2019's kernel: of two connections between two hosts one has clones, and a crash leaves nothing"

. ../kernel-2019/lib.sh

need_cpus 2

both_conns() {
	net_conn clones=2
	conn_of second left=192.1.2.45 right=192.1.2.23 leftsubnet=198.51.100.0/24 \
		rightsubnet=203.0.113.0/24 clones=2
}

plain_lookup 0
both both_conns
start_both
for host in west east; do
	wait_for "$host says that the second goes without" 5 \
		grep -qF '"second": WARNING: goes without clones' $lab/$host/pluto.log
done
assert_ok "up of the first" up west westnet-eastnet
slots_are_up west 2
assert_ok "up of the second" up west second
wait_for "two SAs more" 10 is sas_of west = 8
for cpu in 0 1; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done

# Clones are found with what the ledger says of them.
keeper=$(keeper west)
kill -9 "$(worker west)"
wait_for "the daemon ended" 10 [ ! -e "/proc/$keeper/status" ]
assert_eq "SAs that it left" "$(sas_of west)" 8
assert_ok "start again" start west
wait_for "west has no SA" 10 is sas_of west = 0
down east westnet-eastnet
down east second
finish
