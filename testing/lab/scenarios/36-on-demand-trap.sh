# SPDX-License-Identifier: GPL-2.0-or-later
scenario "auto=ondemand and clone-mode=ondemand: traffic brings the head, then its clones; they go, it stays"

need_cpus 2
both net_conn clones=2 clone-mode=ondemand clone-idle=4s auto=ondemand
start_both
assert_eq "policies of the trap" "$(policies_of west)" 3
assert_eq "SAs" "$(sas_of west)" 0
net_ping 0 || echo "the packets that found the trap are lost"
has_head() {
	[ "$(sas_of west)" -ge 2 ]
}
wait_for "west has a head" 20 has_head
for cpu in 0 1; do
	stream west $cpu 192.0.1.254 192.0.2.254 0.1
done
set_is_up west 2
set_is_up east 2
sleep 2
end_streams
for cpu in 0 1; do
	assert_eq "CPU $cpu: pings without an answer" "$(lost_of west $cpu)" 0
done
wait_for "west has the head only" 30 is sas_of west = 2
wait_for "east has the head only" 30 is sas_of east = 2
down west westnet-eastnet
wait_for "west has no SA" 10 is sas_of west = 0
assert_eq "west's policies of the trap" "$(policies_of west)" 3
finish
