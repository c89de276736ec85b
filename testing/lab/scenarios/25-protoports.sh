# SPDX-License-Identifier: GPL-2.0-or-later
scenario "two connections between the same hosts, each for a protocol and port of its own"

# pings, and what goes to the DNS port of the east
protoports() {
	conn_of ping left=192.1.2.45 right=192.1.2.23 leftprotoport=icmp rightprotoport=icmp
	conn_of dns left=192.1.2.45 right=192.1.2.23 leftprotoport=udp \
		rightprotoport=udp/domain type=transport
}

# udp_to PORT: one datagram from west to east
udp_to() {
	on west bash -c "echo hello >/dev/udp/192.1.2.23/$1"
}

# moves NAME CMD...: CMD makes bytes leave by connection NAME and arrive there, and by no other
moves() {
	name=$1
	shift
	traffic west >$lab/west.before
	traffic east >$lab/east.before
	"$@" || :
	traffic west >$lab/west.after
	traffic east >$lab/east.after
	assert_eq "$*: left west by" \
		"$(moved 3 $lab/west.before $lab/west.after | sed 's/ .*//')" "$name"
	assert_eq "$*: came to east by" \
		"$(moved 2 $lab/east.before $lab/east.after | sed 's/ .*//')" "$name"
}

both protoports
start_both
up west ping
up west dns
wait_for "west has two Child SAs" 10 is sas_of west = 4
assert_eq "west: policies, 3 of a tunnel and 2 of transport" "$(policies_of west)" 5
assert_eq "east: policies" "$(policies_of east)" 5
assert_eq "west: policies of the DNS port" "$(count west policy "proto=17" "dport=53")" 1
moves ping ping_from west 0 192.1.2.45 192.1.2.23
moves dns udp_to 53
moves "" udp_to 54
down west ping
wait_for "west has the other Child SA" 10 is sas_of west = 2
moves dns udp_to 53
down west dns
set_is_gone west
set_is_gone east
finish
