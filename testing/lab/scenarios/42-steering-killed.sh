# SPDX-License-Identifier: GPL-2.0-or-later
scenario "clone-steering=xdp: kill -9 of either process leaves no program and no map"

. ./steering.sh
both net_conn clones=2
net_conn clones=2 clone-steering=xdp | conf east
start_both
# West keeps what it has, and each new east takes over from it.
for victim in worker keeper; do
	up east westnet-eastnet
	wait_for "the program is at east's interface" 5 is xdp_of east = native
	assert_eq "one program and two maps are there" "$(bpf_left)" 3
	keeper=$(keeper east)
	kill -9 "$($victim east)"
	wait_for "the keeper ended after kill -9 of the $victim" 10 [ ! -e "/proc/$keeper/status" ]
	wait_for "no program at east's interface" 5 is xdp_of east =
	wait_for "no program and no map is left" 5 is bpf_left = 0
	assert_ok "start again" start east
done
finish
