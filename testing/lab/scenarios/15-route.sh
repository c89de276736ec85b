# SPDX-License-Identifier: GPL-2.0-or-later
scenario "auto=route: traffic brings the set up, with all of its selectors and none of the packet's, and the trap stays after down"

# selectors_of HOST local|remote: what goes by its Child SAs, each list that there is once
selectors_of() {
	ipsec "$1" showstates --json | tr -d ' ' |
		sed -n "s/.*\"$2_ts\":\[\([^]]*\)\].*/\1/p" | sort -u
}

# whole HOST LOCAL REMOTE: all its Child SAs and policies are for these nets, any protocol and port
whole() {
	assert_eq "$1: local selectors of all Child SAs" "$(selectors_of "$1" local)" "\"$2\""
	assert_eq "$1: remote selectors of all Child SAs" "$(selectors_of "$1" remote)" "\"$3\""
	assert_eq "$1: policies that lead out" "$(count "$1" "policy dir=out" " reqid=" "socket=0" \
		"$2" "$3" " proto=0 sport=0 dport=0")" 1
	assert_eq "$1: policies of any kind" "$(policies_of "$1")" 3
}

both net_conn clones=2 auto=route
start_both
assert_eq "policies of the trap" "$(policies_of west)" 3
assert_eq "SAs" "$(sas_of west)" 0
net_ping 0 || echo "the packets that found the trap are lost"
wait_for "west has 6 SAs" 20 is sas_of west = 6
set_is_up west 2
set_is_up east 2
whole west 192.0.1.0/24 192.0.2.0/24
whole east 192.0.2.0/24 192.0.1.0/24
for cpu in 0 1; do
	one_cpu_one_clone westnet-eastnet $cpu 168 192.0.1.254 192.0.2.254
done
down west westnet-eastnet
wait_for "west has no SA" 10 is sas_of west = 0
wait_for "east has no SA" 10 is sas_of east = 0
assert_eq "west's policies of the trap" "$(policies_of west)" 3
assert_eq "east's policies of the trap" "$(policies_of east)" 3
stop west
stop east

# East has two nets' worth of connections for what west asks for: the packet says which.
parts() {
	net_conn leftsubnet=192.0.0.0/24 narrowing=yes clones=2 | sed 's/^conn .*/conn lower/'
	net_conn leftsubnet=192.0.1.0/24 narrowing=yes clones=2 | sed 's/^conn .*/conn upper/'
}
net_conn leftsubnet=192.0.0.0/23 narrowing=yes clones=2 auto=route | conf west
parts | conf east
start_both
net_ping 0 || echo "the packets that found the trap are lost"
wait_for "west has 6 SAs" 20 is sas_of west = 6
set_is_up east 2
assert_eq "west: local selectors of all Child SAs" "$(selectors_of west local)" '"192.0.1.0/24"'
whole east 192.0.2.0/24 192.0.1.0/24
assert_ok "a ping" ping_from west 1 192.0.1.254 192.0.2.254
finish
