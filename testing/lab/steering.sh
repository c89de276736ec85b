# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# steering.sh: a line whose packets all reach east on CPU 0, as by a card with one queue, and what there
# is of BPF. Sourced by scenarios; streams need streams.sh.

# one_queue [MTU]: a bridge between the two, which hands on everything on CPU 0
one_queue() {
	ip -n west link del eth1
	ip -batch - <<-EOF
		netns add nat
		link add eth1 netns west type veth peer name west netns nat
		link add eth1 netns east type veth peer name east netns nat
	EOF
	ip -n nat -batch - <<-EOF
		link add line type bridge forward_delay 0 mcast_snooping 0
		link set west master line up
		link set east master line up
		link set line up
	EOF
	for gw in "west 45" "east 23"; do
		ip -n "${gw% *}" -batch - <<-EOF
			addr add 192.1.2.${gw#* }/24 dev eth1
			addr add 2001:db8:1:2::${gw#* }/64 dev eth1 nodad
			link set eth1 up
		EOF
		default_route "${gw% *}" 192.1.2.254 2001:db8:1:2::254
	done
	ip netns exec nat sh -c 'echo 1 >/sys/class/net/west/queues/rx-0/rps_cpus'
	neighbours
}

# shares: what part of the packets of the last streams from west each CPU received, in percent
shares() {
	cat "$lab"/received.west.* | tr ' ' '\n' | awk -F: '
		/:/ { on[$1] += $2; all += $2 }
		END { for (cpu = 0; cpu < 4; cpu++) printf "%d ", 100 * on[cpu] / all + 0.5 }'
}

streams_begin_to_east() {
	senders=
	receivers=
	rm -f "$lab"/sent.* "$lab"/received.*
	stream_from west 192.0.1.254 192.0.2.254 east
}

# streams_to_east SECONDS: from each CPU of west
streams_to_east() {
	streams_begin_to_east
	sleep "$1"
	streams_end_at_east
}

streams_end_at_east() {
	streams_end
	assert_eq "received by east" "$(sum 2 "$lab"/received.west.*)" "$(sum 2 "$lab"/sent.west.*)"
}

# bpf_left: programs and maps of ours in the kernel, whoever has them
bpf_left() {
	{
		bpftool prog show
		bpftool map show
	} | grep -cE ' name (steer|sas|cpus) ' || :
}

# xdp_of HOST: "native", "generic" or nothing
xdp_of() {
	ip -n "$1" -o link show dev eth1 | sed -n -e 's/.* xdpgeneric.*/generic/p' -e 's/.* xdp[ /].*/native/p'
}
