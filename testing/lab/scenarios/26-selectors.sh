# SPDX-License-Identifier: GPL-2.0-or-later
scenario "several subnets of both families in one Child SA, with clones, over IPv4 and over IPv6"

lists="leftsubnet=192.0.1.0/24,2001:db8:0:1::/64 rightsubnet=192.0.2.0/24,2001:db8:0:2::/64"

# goes FROM TO: pings go out on CPU 0's clone and come back
goes() {
	one_cpu_one_clone "$name" 0 "$3" "$1" "$2"
}

check_conn() {
	name=$1
	start_both
	up west "$name"
	wait_for "west has 4 SAs" 10 is sas_of west = 4
	wait_for "east has 4 SAs" 10 is sas_of east = 4
	for host in west east; do
		assert_eq "$host: policies, 3 for each family" "$(policies_of $host)" 6
		assert_eq "$host: reqids" "$(reqids_of $host)" 1
	done
	assert_eq "west: what goes by the head" \
		"$(ipsec west showstates --json | tr -d ' ' | grep '"slot":0,' |
			sed 's/.*"local_ts":\[\([^]]*\)\].*/\1/')" \
		'"192.0.1.0/24","2001:db8:0:1::/64"'
	goes 192.0.1.254 192.0.2.254 168
	goes 2001:db8:0:1::254 2001:db8:0:2::254 208
	ipsec west whack --rekey-child --name "$name"
	wait_for "west has 4 SAs again" 30 is sas_of west = 4
	wait_for "east has 4 SAs again" 30 is sas_of east = 4
	assert_ok "a ping after rekeying" ping_from west 0 192.0.1.254 192.0.2.254
	assert_ok "and of the other family" ping_from west 0 2001:db8:0:1::254 2001:db8:0:2::254
	down west "$name"
	set_is_gone west
	set_is_gone east
	stop west
	stop east
}

# shellcheck disable=SC2086 # two options
both host_conn clones=1 $lists
check_conn west-east
# shellcheck disable=SC2086
both conn_of six left=2001:db8:1:2::45 right=2001:db8:1:2::23 clones=1 $lists
check_conn six
finish
