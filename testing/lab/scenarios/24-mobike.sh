# SPDX-License-Identifier: GPL-2.0-or-later
scenario "mobike=yes: the set goes along when either end gets another address, under traffic"

need_cpus 2
name=westnet-eastnet

# readdress HOST OLD NEW: the host's only address on the line becomes another one
readdress() {
	ip -n "$1" -batch - <<-EOF
		addr del $2/24 dev eth1
		addr add $3/24 dev eth1
		route replace default via 192.1.2.254
	EOF
}

# set_is_between HOST OWN PEER: all its SAs and policies, and the policies want them exactly there
set_is_between() {
	wait_for "$1 has 6 SAs between $2 and $3" 30 is between "$1" "$2" "$3" = 6
	wait_for "$1 has no others" 20 is sas_of "$1" = 6
	set_is_up "$1" 2
	wait_for "$1: outbound policies there" 10 is count "$1" "policy dir=out" "tmpl-src=$2" "tmpl-dst=$3" = 1
	wait_for "$1: inbound policies there" 10 is count "$1" "tmpl-src=$3" "tmpl-dst=$2" = 2
}

between() {
	echo $(($(count "$1" "sa dir=in" " src=$3 " " dst=$2 ") +
		$(count "$1" "sa dir=out" " src=$2 " " dst=$3 ")))
}

# moves_sas: this kernel can give an SA other addresses
moves_sas() {
	grep -q 'moves SAs: yes' "$lab/west/pluto.log"
}

same_sas() {
	if moves_sas; then
		assert_eq "$1: SAs that are still the same" "$(kept "$1")" 3
	else
		assert_eq "$1: SAs that are still the same" "$(kept "$1")" 0
	fi
}

pings_pass() {
	wait_for "pings pass on CPU 0" 20 net_ping 0
	assert_ok "pings pass on CPU 1" net_ping 1
}

for host in west east; do
	ip -n $host -6 addr flush dev eth1 scope global
done
both net_conn clones=2 mobike=yes
start_both
up west $name
set_is_between west 192.1.2.45 192.1.2.23
set_is_between east 192.1.2.23 192.1.2.45
for cpu in 0 1; do
	nsenter --net=/run/netns/west taskset -c $cpu ping -n -i 0.1 -I 192.0.1.254 192.0.2.254 \
		>"$lab/ping.$cpu" 2>&1 &
	pings="${pings:-} $!"
done

for host in west east; do
	outbound $host >$lab/$host.outbound
done
readdress west 192.1.2.45 192.1.2.46
set_is_between west 192.1.2.46 192.1.2.23
set_is_between east 192.1.2.23 192.1.2.46
for host in west east; do
	same_sas $host
done
pings_pass

readdress east 192.1.2.23 192.1.2.24
set_is_between east 192.1.2.24 192.1.2.46
set_is_between west 192.1.2.46 192.1.2.24
pings_pass

# And home again, with the IKE SA rekeyed in between.
rekey east ike $name
readdress west 192.1.2.46 192.1.2.45
set_is_between west 192.1.2.45 192.1.2.24
set_is_between east 192.1.2.24 192.1.2.45
pings_pass

# Both have IPv6 as well, and tell so; then west has nothing else.
ip -n west addr add 2001:db8:1:2::45/64 dev eth1 nodad
ip -n east addr add 2001:db8:1:2::23/64 dev eth1 nodad
sleep 1
ip -n west addr del 192.1.2.45/24 dev eth1
ip -n west route replace 192.0.2.0/24 dev eth1
set_is_between west 2001:db8:1:2::45 2001:db8:1:2::23
set_is_between east 2001:db8:1:2::23 2001:db8:1:2::45
pings_pass
for pid in $pings; do
	assert_ok "pings are under way" kill -INT "$pid"
	wait "$pid" || :
done

down west $name
set_is_gone west
set_is_gone east
finish
