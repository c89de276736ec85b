# SPDX-License-Identifier: GPL-2.0-or-later
scenario "clone-ports=spread: a source port for each of four clones, and path MTU discovery for each"

need_cpus 4
name=westnet-eastnet

# A router between the two, whose way to east takes 1400 bytes.
road_up() {
	ip -n west link del eth1
	ip -batch - <<-EOF
		netns add road
		link add eth1 netns west type veth peer name near netns road
		link add far netns road type veth peer name eth1 netns east
	EOF
	ip -n west -batch - <<-EOF
		addr add 192.1.2.45/25 dev eth1
		link set eth1 up
		route replace default via 192.1.2.1
	EOF
	ip -n east -batch - <<-EOF
		addr add 192.1.2.223/25 dev eth1
		link set eth1 up mtu 1400
		route replace default via 192.1.2.129
	EOF
	ip -n road -batch - <<-EOF
		addr add 192.1.2.1/25 dev near
		addr add 192.1.2.129/25 dev far
		link set near up
		link set far up mtu 1400
	EOF
	on road sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# ports_of HOST DIR: the source ports of its clones' SAs of one direction
ports_of() {
	dump "$1" | sed -n -e '/ cpu=- /d' -e "s/^sa dir=$2 .* encap=\([0-9]*\):4500 .*/\1/p" | sort
}

# not_derived HOST: how many of its clones' SAs have another source port than their SPI says
not_derived() {
	dump "$1" | sed -n -e '/ cpu=- /d' \
		-e 's/^sa dir=[a-z]* spi=\([^ ]*\) .* encap=\([0-9]*\):4500 .*/\1 \2/p' |
		while read -r spi port; do
			[ $((0xc000 | spi & 0x3fff)) = "$port" ] || echo "$spi"
		done | grep -c '' || :
}

# watch HOST DEVICE: counts what comes in there from each port of the other end's clones
watch() {
	on "$1" tc qdisc add dev "$2" clsact
	pref=1
	for port in $(ports_of "$1" in); do
		on "$1" tc filter add dev "$2" ingress pref $pref protocol ip flower ip_proto udp \
			src_port "$port" dst_port 4500 action pass
		pref=$((pref + 1))
	done
}

# seen HOST DEVICE: packets that came, for each of those ports
seen() {
	on "$1" tc -s filter show dev "$2" ingress |
		sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt.*/\1/p' | tr '\n' ' '
}

# held: how many UDP ports for clones west has a socket on
held() {
	on west cat /proc/net/udp | sed -n 's/^ *[0-9]*: [0-9A-F]*:\([C-F][0-9A-F]*\) .*/\1/p' |
		sort -u | grep -c '' || :
}

# learned: the MTU that west has learned of the way to east
learned() {
	ip -n west route get 192.1.2.223 | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

# ping_long CPU: with packets of 1400 bytes, which do not fit when they are protected
ping_long() {
	on west taskset -c "$1" ping -n -c 2 -i 0.3 -W 1 -M do -s 1372 \
		-I 192.0.1.254 192.0.2.254 >$lab/long 2>&1
}

# common: how many of west's ports are still those of before
common() {
	ports_of west out | grep -cxFf $lab/before || :
}

# unheard: ICMP messages that quote a port which nobody has at west
unheard() {
	on west cat /proc/net/snmp | awk '$1 == "Icmp:" { value = $3 } END { print value }'
}

road_up
conn_of $name left=192.1.2.45 right=192.1.2.223 leftsubnet=192.0.1.0/24 rightsubnet=192.0.2.0/24 \
	clones=4 encapsulation=yes clone-ports=spread | tee $lab/conn | conf west
conf east <$lab/conn
for gw in west east; do
	on $gw timeout 60 ip xfrm monitor >$lab/$gw.monitor 2>&1 &
done
start_both
up west $name
set_is_up west 4
set_is_up east 4
for gw in west east; do
	assert_eq "$gw: ports it sends from" "$(ports_of $gw out | uniq | grep -c '')" 4
	assert_eq "$gw: ports it expects" "$(ports_of $gw in | uniq | grep -c '')" 4
	assert_eq "$gw: ports that are not those of the SPI" "$(not_derived $gw)" 0
	assert_eq "$gw: head on 4500" "$(count $gw "sa dir" "cpu=- " encap=4500:4500)" 2
	watch $gw eth1
done
assert_eq "ports that west holds" "$(held)" 4
for cpu in 0 1 2 3; do
	assert_ok "pings from CPU $cpu" ping_from west $cpu 192.0.1.254 192.0.2.254 1
	assert_ok "pings from east's CPU $cpu" ping_from east $cpu 192.0.2.254 192.0.1.254 1
done
for gw in west east; do
	assert_eq "$gw: packets from each port" "$(seen $gw eth1)" "2 2 2 2 "
done

# Only the first packet that is too long is lost: then its sender is told.
assert_eq "MTU learned so far" "$(learned)" ""
assert_fails "a ping that is too long" ping_long 3
assert_eq "MTU learned by a clone's port" "$(learned)" 1400
assert_eq "what the router says that nobody hears" "$(unheard)" 0
assert_ok "the second one's sender is told" grep "message too long" $lab/long
assert_ok "pings of the length that goes" ping_from west 3 192.0.1.254 192.0.2.254 2

# and so after a rekey, by other ports
ports_of west out >$lab/before
rekey west child $name
wait_for "west has other ports" 10 is common = 0
wait_for "and holds no others" 20 is held = 4
assert_ok "pings" net_ping 2
assert_ok "the kernel's messages were heard" grep -q "proto esp spi" $lab/west.monitor
assert_ok "at east too" grep -q "proto esp spi" $lab/east.monitor
assert_eq "netlink messages about mappings" "$(cat $lab/*.monitor | grep -ci mapping)" 0

down west $name
set_is_gone west
set_is_gone east
assert_eq "ports that west holds" "$(held)" 0
finish
