# SPDX-License-Identifier: GPL-2.0-or-later
scenario "leftsubnets= and rightsubnets=: a Child SA for each pair, and one name for all"

pairs() {
	net_conn leftsubnet= rightsubnet= \
		"leftsubnets={192.0.1.0/24,2001:db8:0:1::/64,10.1.0.0/16}" \
		"rightsubnets={192.0.2.0/24,2001:db8:0:2::/64,10.2.0.0/16}"
}

# names HOST: of its Child SAs, in one line
names() {
	traffic "$1" | sed 's/ .*//' | tr '\n' ' '
}

both pairs
start_both
up west westnet-eastnet
wait_for "west has 10 SAs" 10 is sas_of west = 10
wait_for "east has 10 SAs" 10 is sas_of east = 10
all="westnet-eastnet/1x1 westnet-eastnet/1x3 westnet-eastnet/2x2 "
all="${all}westnet-eastnet/3x1 westnet-eastnet/3x3 "
assert_eq "west: Child SAs, without those of two families" "$(names west)" "$all"
assert_eq "east: Child SAs" "$(names east)" "$all"
assert_eq "west: policies" "$(policies_of west)" 15
assert_eq "west: reqids" "$(reqids_of west)" 5

traffic west >$lab/before
assert_ok "pings in IPv4" ping_from west 0 192.0.1.254 192.0.2.254
traffic west >$lab/after
assert_eq "they went by" "$(moved 3 $lab/before $lab/after)" "westnet-eastnet/1x1 168"
assert_ok "pings in IPv6" ping_from west 0 2001:db8:0:1::254 2001:db8:0:2::254
traffic west >$lab/before
assert_eq "they went by" "$(moved 3 $lab/after $lab/before)" "westnet-eastnet/2x2 208"

assert_eq "one line of one" "$(ipsec west whack --trafficstatus --name westnet-eastnet/2x2 |
	grep -c 'westnet-eastnet/2x2')" 1
down west westnet-eastnet/1x1
wait_for "west has 8 SAs" 10 is sas_of west = 8
assert_fails "a ping without its Child SA" ping_from west 0 192.0.1.254 192.0.2.254 1
assert_ok "pings in IPv6" ping_from west 0 2001:db8:0:1::254 2001:db8:0:2::254
up west westnet-eastnet
wait_for "west has 10 SAs again" 10 is sas_of west = 10
assert_ok "pings in IPv4" ping_from west 0 192.0.1.254 192.0.2.254

# the same name with fewer subnets
net_conn leftsubnet= "leftsubnets={192.0.1.0/24,10.1.0.0/16}" | conf west
assert_ok "replace" ipsec west auto --replace westnet-eastnet
set_is_gone west
assert_eq "west: connections" "$(ipsec west whack --connectionstatus | grep -c '; unrouted;')" 2
up west westnet-eastnet
wait_for "west has 4 SAs" 10 is sas_of west = 4
down west westnet-eastnet
set_is_gone west
set_is_gone east
finish
