# SPDX-License-Identifier: GPL-2.0-or-later
scenario "Linux 6.1 as it is: pcpu-abi=pcpu-2 is refused, and clones are there without CPUs"

setup_option=pcpu-abi=pcpu-2
both net_conn clones=2
assert_fails "start" start west
assert_ok "it says why" grep -qF "pcpu-abi=pcpu-2: this kernel has no per-CPU SAs as in 2019" \
	$lab/west/pluto.log
# Here the flag of a head lets sequence numbers wrap.
kernel_is_empty west

rm $lab/west/pluto.log
setup_option=
both net_conn clones=2
start_both
assert_ok "up without it" up west westnet-eastnet
for host in west east; do
	wait_for "$host has a head and two clones" 15 is sas_of $host = 6
	assert_eq "$host: SAs bound to a CPU" "$(dump $host | grep -c '^sa .* cpu=[0-9]' || :)" 0
done
net_ping 0
net_ping 1
finish
