# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a hub for peers of any address: two of them, clones for each, one gone, one come back elsewhere"

need_cpus 2

# A third host, on another side of east: 192.0.4.0/24 --- road 192.1.4.33 ==== 192.1.4.23 east.
road_up() {
	ip -batch - <<-EOF
		netns add road
		link add eth1 netns road type veth peer name eth2 netns east
	EOF
	ip -n east -batch - <<-EOF
		addr add 192.1.4.23/24 dev eth2
		link set eth2 up
	EOF
	ip -n road -batch - <<-EOF
		link set lo up
		addr add 192.1.4.33/24 dev eth1
		addr add 192.1.4.44/24 dev eth1
		link add eth0 type veth peer name net0
		addr add 192.0.4.254/24 dev eth0
		link set net0 up
		link set eth0 up
		link set eth1 up
		route add default via 192.1.4.23
	EOF
	mkdir -p $lab/road/nss
}

# keys: one for each of the two
keys() {
	(
		umask 077
		echo "@east @west : PSK \"$psk\"" >$lab/west/ipsec.secrets
		echo "@east @road : PSK \"another $psk\"" >$lab/road/ipsec.secrets
		cat $lab/west/ipsec.secrets $lab/road/ipsec.secrets >$lab/east/ipsec.secrets
	)
}

# roam ADDRESS: where road is
roam() {
	conn_of roaming left="$1" leftid=@road leftsubnet=192.0.4.0/24 right=192.1.2.23 \
		rightsubnet=192.0.2.0/24 clones=2 | conf road
}

# instances: those that east shows, as "NUMBER PEER"
instances() {
	ipsec east whack --trafficstatus | sed -n 's/^006 #[0-9]*: "any-0"\[\([0-9]*\)\] \([^,]*\),.*/\1 \2/p'
}

road_ping() {
	ping_from road "$1" 192.0.4.254 192.0.2.254
}

road_up
keys
conn_of any left=192.1.2.23 leftid=@east leftsubnet=192.0.2.0/24 right=%any rightid=%any \
	rightsubnet=192.0.1.0/24,192.0.4.0/24 narrowing=yes clones=2 dpddelay=3s \
	retransmit-timeout=10s | conf east
net_conn clones=2 | conf west
roam 192.1.4.33
start_both
start road

assert_fails "the hub cannot call" ipsec east auto --up any
assert_fails "nor wait for traffic" ipsec east auto --route any
up west westnet-eastnet
up road roaming
assert_eq "instances" "$(instances)" "1 192.1.2.45
2 192.1.4.33"
for host in west road; do
	assert_eq "SAs of $host" "$(sas_of $host)" 6
done
wait_for "all SAs of east" 20 is sas_of east = 12
assert_eq "policies of east" "$(policies_of east)" 6
assert_eq "reqids of east" "$(reqids_of east)" 2
for cpu in 0 1; do
	assert_ok "west's pings from CPU $cpu" net_ping $cpu
	assert_ok "road's pings from CPU $cpu" road_ping $cpu
	assert_ok "east's pings to west from CPU $cpu" ping_from east $cpu 192.0.2.254 192.0.1.254
	assert_ok "east's pings to road from CPU $cpu" ping_from east $cpu 192.0.2.254 192.0.4.254
done
assert_ok "east: any[2] is what road has" sh -c "'$bin/ipsec' --rundir $lab/east trafficstatus \
	'any[2]' | grep -c \"id='@road'\" | grep -qx 3"

down west westnet-eastnet
wait_for "only road is left" 20 is sas_of east = 6
assert_eq "instances" "$(instances)" "2 192.1.4.33"
assert_ok "road's pings go on" road_ping 0

# It dies without a word, and comes back elsewhere.
keeper=$(keeper road)
kill -9 "$(worker road)"
wait_for "road's daemon ended" 10 [ ! -e "/proc/$keeper/status" ]
roam 192.1.4.44
start road
up road roaming
assert_eq "instances" "$(instances)" "2 192.1.4.44"
wait_for "nothing of its old one is left" 20 is sas_of east = 6
assert_eq "policies of east" "$(policies_of east)" 3
assert_ok "road's pings from its new address" road_ping 1

# It dies, and does not come back: dpddelay= finds out.
keeper=$(keeper road)
kill -9 "$(worker road)"
wait_for "no instance is left" 60 is sas_of east = 0
assert_eq "instances" "$(instances)" ""
assert_eq "policies of east" "$(policies_of east)" 0
log_is_clean road
finish
