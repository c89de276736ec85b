# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a NAT gives west other ports and another address under traffic: east follows with the set"

need_cpus 2
name=westnet-eastnet

# A box between the two: west is 10.9.9.2 behind it. It keeps no state, so that its mapping is what
# it is told to be.
nat_up() {
	ip -n west link del eth1
	ip -batch - <<-EOF
		netns add nat
		link add eth1 netns west type veth peer name inside netns nat
		link add outside netns nat type veth peer name eth1 netns east
	EOF
	ip -n west -batch - <<-EOF
		addr add 10.9.9.2/24 dev eth1
		link set eth1 up
		route add default via 10.9.9.1
	EOF
	ip -n east -batch - <<-EOF
		addr add 192.1.2.23/24 dev eth1
		link set eth1 up
		route add default via 192.1.2.254
	EOF
	ip -n nat -batch - <<-EOF
		link set lo up
		addr add 10.9.9.1/24 dev inside
		addr add 192.1.2.45/24 dev outside
		addr add 192.1.2.46/24 dev outside
		link set inside up
		link set outside up
	EOF
	on nat sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	on nat tc qdisc add dev outside clsact
	# What is not translated at the moment does not leave.
	on nat tc filter add dev outside egress pref 9 protocol ip flower src_ip 10.9.9.2 action drop
}

# translate OUTSIDE PORT500 PORT4500: west is seen at these; what goes to others reaches nobody
translate() {
	for way in egress ingress; do
		on nat tc filter del dev outside $way pref 1 2>/dev/null || :
	done
	for ports in "500 $2" "4500 $3"; do
		own=${ports% *}
		mapped=${ports#* }
		on nat tc filter add dev outside egress pref 1 protocol ip flower ip_proto udp \
			src_ip 10.9.9.2 src_port "$own" \
			action pedit ex munge ip src set "$1" munge udp sport set "$mapped" \
			pipe action csum ip4h and udp
		on nat tc filter add dev outside ingress pref 1 protocol ip flower ip_proto udp \
			dst_ip "$1" dst_port "$mapped" \
			action pedit ex munge ip dst set 10.9.9.2 munge udp dport set "$own" \
			pipe action csum ip4h and udp
	done
}

# east_sees ADDRESS PORT: how many of east's SAs are between it and west there
east_sees() {
	echo $(($(count east "sa dir=in" " src=$1 " "encap=$2:4500") +
		$(count east "sa dir=out" " dst=$1 " "encap=4500:$2")))
}

# ping_on: from both CPUs of west, until it is stopped
ping_on() {
	for cpu in 0 1; do
		nsenter --net=/run/netns/west taskset -c $cpu ping -n -i 0.1 -I 192.0.1.254 192.0.2.254 \
			>"$lab/ping.$cpu" 2>&1 &
		pings="$pings $!"
	done
}

ping_off() {
	for pid in $pings; do
		assert_ok "pings are under way" kill -INT "$pid"
		wait "$pid" || :
	done
	pings=
}

nat_up
translate 192.1.2.45 5500 6500
conn_of $name left=10.9.9.2 right=192.1.2.23 leftsubnet=192.0.1.0/24 rightsubnet=192.0.2.0/24 \
	clones=2 retransmit-timeout=60s | conf west
conn_of $name left=192.1.2.45 right=192.1.2.23 leftsubnet=192.0.1.0/24 rightsubnet=192.0.2.0/24 \
	clones=2 retransmit-timeout=60s | conf east
start_both
up west $name
set_is_up west 2
set_is_up east 2
assert_eq "east: SAs with west behind its NAT" "$(east_sees 192.1.2.45 6500)" 6
assert_ok "pings pass the NAT" net_ping 0
outbound east >$lab/east.outbound

pings=
ping_on
translate 192.1.2.45 5500 6777
wait_for "west's ESP from another port is followed" 20 is east_sees 192.1.2.45 6777 = 6
assert_eq "east: SAs that are still the same" "$(kept east)" 3
assert_ok "pings pass on CPU 0" net_ping 0
assert_ok "pings pass on CPU 1" net_ping 1
ping_off

translate 192.1.2.45 5500 6888
rekey west ike $name
wait_for "west's IKE message from another port is followed" 20 is east_sees 192.1.2.45 6888 = 6
assert_eq "east: SAs that are still the same" "$(kept east)" 3
assert_ok "pings pass" net_ping 1

ping_on
translate 192.1.2.46 5500 6999
wait_for "another address is followed" 30 is east_sees 192.1.2.46 6999 = 6
wait_for "east has no others" 20 is sas_of east = 6
wait_for "pings pass on CPU 0" 20 net_ping 0
assert_ok "pings pass on CPU 1" net_ping 1
ping_off
set_is_up east 2
assert_eq "east: policies that lead to west's new address" "$(count east "policy dir=out" tmpl-dst=192.1.2.46)" 1
assert_eq "east: policies for what comes from there" "$(count east "policy" tmpl-src=192.1.2.46)" 2

down west $name
set_is_gone west
set_is_gone east
finish
