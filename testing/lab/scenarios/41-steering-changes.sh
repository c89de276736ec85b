# SPDX-License-Identifier: GPL-2.0-or-later
scenario "clone-steering where things change: a CPU, an interface, VLANs, MTU, others' programs, rps_cpus"

need_cpus 4
. ./streams.sh
. ./steering.sh
name=westnet-eastnet
rps=/sys/class/net/eth1/queues/rx-0/rps_cpus

# rps_of_east [MASK]: what rps_cpus of east's interface is, or shall be
rps_of_east() {
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec east sh -c '[ -z "$2" ] && cat "$1" || echo "$2" >"$1"' sh $rps "${1:-}"
}

one_queue
both net_conn clones=4 clone-steering=xdp
net_conn clones=4 | conf west
start_both

# Somebody else's program, of the same code.
ip -n east link set dev eth1 xdp object "$CYGNET_BUILD/bpf/steer.o" section xdp
theirs=$(ip -n east -o link show dev eth1 | sed 's/.*prog\/xdp id \([0-9]*\) .*/\1/')
up west $name
wait_for "it is said that another program is there" 5 grep -q "another XDP program is there ($theirs)" \
	$lab/east/pluto.log
down west $name
set_is_gone east
assert_ok "it stayed" ip -n east link set dev eth1 xdp off
wait_for "nothing of it is left" 5 is bpf_left = 0

# Longer packets than the driver has room for.
ip -n nat link set east mtu 9000
ip -n east link set eth1 mtu 9000
up west $name
wait_for "the MTU is refused" 5 grep -q "refuses it as the interface is set up now" $lab/east/pluto.log
assert_eq "no program is there" "$(xdp_of east)" ""
ip -n nat link set east mtu 1500
ip -n east link set eth1 mtu 1500
down west $name
set_is_gone east

# shellcheck disable=SC2034 # for streams.sh
rate=150
up west $name
wait_for "the program is at east's interface" 5 is xdp_of east = native
streams_begin_to_east
sleep 1
echo 0 >/sys/devices/system/cpu/cpu3/online
sleep 1
echo 1 >/sys/devices/system/cpu/cpu3/online
sleep 1
streams_end_at_east
echo "info: packets that had no SA, or one that they do not fit: $(misfits east)"
ip -n east link add link eth1 name eth1.5 type vlan id 5
wait_for "with a VLAN whose tags the driver takes off it goes" 5 is xdp_of east =
down west $name
set_is_gone east
ip -n east link del eth1.5

net_conn clones=4 clone-steering=rps | conf east
ipsec east auto --replace $name
rps_of_east 4
up west $name
wait_for "east's interface has all four CPUs" 5 is rps_of_east = f
keeper=$(keeper east)
kill -9 "$keeper"
wait_for "the keeper is gone" 10 [ ! -e "/proc/$keeper/status" ]
assert_ok "west stops" stop west
assert_eq "rps_cpus after kill -9" "$(rps_of_east)" f
start east
assert_eq "rps_cpus after another start" "$(rps_of_east)" 4
assert_fails "the ledger is still there" [ -e $lab/east/pluto.steering ]
finish
