# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# lib.sh: what scenarios against other daemons are written with, on top of the lab's. Each sources it,
# and then the file of its peer.
#
# West is Cygnet, east is the peer: it has east's network and, in the tree that peers.sh made, the
# files in /run/cygnet-lab/east. The file of a peer has these commands, for a connection that both
# ends call $name:
#
#   peer_start, peer_stop
#   peer_up, peer_down             by hand
#   peer_rekey child|ike
#
# CYGNET_PEERS  the tree

name=westnet-eastnet
west_outer=192.1.2.45
east_outer=192.1.2.23
west_inner=192.0.1.254
east_inner=192.0.2.254

# The tree is used as it is; what the peers write goes to /run, which they share with everyone here.
enter_peers() {
	mountpoint -q "$CYGNET_PEERS" && return
	mount --bind "$CYGNET_PEERS" "$CYGNET_PEERS"
	mount -o remount,bind,ro "$CYGNET_PEERS"
	mount --bind /run "$CYGNET_PEERS/run"
	mount --bind /proc "$CYGNET_PEERS/proc"
	mount --rbind /dev "$CYGNET_PEERS/dev"
}

# west_in_peers: from here on west's Cygnet is the one that younger.sh built, with the tree's NSS
west_in_peers() {
	mount --bind "$CYGNET_BUILD/peers" "$CYGNET_PEERS/build"
	mount --rbind /sys "$CYGNET_PEERS/sys"
	mkdir $lab/bin
	printf '#!/bin/sh\nexec chroot %s /build/bin/ipsec "$@"\n' "$CYGNET_PEERS" >$lab/bin/ipsec
	chmod 755 $lab/bin/ipsec
	ln -s "$bin/xfrm-dump" "$bin/stream" $lab/bin
	bin=$lab/bin
}

# peer CMD...: runs CMD in the peers' tree, in east's network
peer() {
	on east chroot "$CYGNET_PEERS" "$@"
}

# peer_background CMD...: as a daemon, with its output in the peer's log. Never waited for.
peer_background() {
	on east setsid chroot "$CYGNET_PEERS" "$@" >>$lab/east/peer.log 2>&1 </dev/null &
	peer_pid=$!
}

# peer_kill: with all its processes, and not gently with those that stay
peer_kill() {
	kill "$peer_pid"
	wait "$peer_pid" || :
	for pid in $(ip netns pids east); do
		kill -9 "$pid" 2>/dev/null || :
	done
}

# ---- facts

# senders HOST: the SPIs that it sends with; not every peer tells the kernel an SA's direction
senders() {
	from=$west_outer
	[ "$1" = west ] || from=$east_outer
	dump "$1" | sed -n "s/^sa dir=[^ ]* spi=\([^ ]*\) src=$from .*/\1/p" | sort
}

# pairs_agree N: each end sends with N SAs, and the other has them
pairs_agree() {
	for host in west east; do
		dump $host | sed -n "s/^sa dir=[^ ]*/$host/p"
	done | awk -v want="$1" -v west="src=$west_outer" -v east="src=$east_outer" '
		$1 == "west" && $3 == west || $1 == "east" && $3 == east { sends[$1]++; out[$2] = 1; next }
		{ has[$2] = 1 }
		END {
			for (spi in out)
				if (!(spi in has))
					exit 1
			exit sends["west"] != want || sends["east"] != want
		}'
}

# tunnel_is_up N: N pairs of SAs, and pings in both directions, which go on from here
tunnel_is_up() {
	wait_for "$1 pairs of SAs that send, known to the other end" 30 pairs_agree "$1"
	assert_ok "ping from west" ping_from west 0 "$west_inner" "$east_inner" 1
	assert_ok "ping from east" ping_from east 1 "$east_inner" "$west_inner" 1
	stream west 0 "$west_inner" "$east_inner" 0.25
	stream east 1 "$east_inner" "$west_inner" 0.25
}

# lost_at_most N: pings of each end since tunnel_is_up
lost_at_most() {
	end_streams
	assert_ok "west: at most $1 of its pings are lost" [ "$(lost_of west 0)" -le "$1" ]
	assert_ok "east: at most $1 of its pings are lost" [ "$(lost_of east 1)" -le "$1" ]
}

# settled N: nothing is left of SAs that were replaced
settled() {
	for host in west east; do
		wait_for "$host has $1 pairs of SAs and no more" 30 is sas_of $host = $((2 * $1))
	done
}

tunnel_is_gone() {
	for host in west east; do
		wait_for "$host has no SA" 30 is sas_of $host = 0
	done
	assert_eq "west: policies" "$(policies_of west)" "$1"
	assert_eq "west: IKE SAs" "$(ike_spis west)" ""
}

# ---- traps

# our_trap: a packet finds west's trap and is lost
our_trap() {
	assert_eq "west: policies of the trap" "$(policies_of west)" 3
	ping_from west 1 "$west_inner" "$east_inner" 1 || :
	wait_for "west has SAs" 30 pings_from west 1 "$west_inner" "$east_inner"
}

pings_from() {
	ping_from "$@" 1
}

# nothing_of_the_packet: what went first in our request is nowhere in what is agreed on
nothing_of_the_packet() {
	assert_eq "west: policies" "$(policies_of west)" 3
	for host in west east; do
		assert_eq "$host: policies for one protocol" "$(dump $host | grep '^policy.* reqid=[0-9]' |
			grep -c -v ' proto=0 sport=0 dport=0 ' || :)" 0
	done
	assert_eq "west: what goes by its Child SAs" "$(ipsec west showstates --json | tr -d ' ' |
		sed -n 's/.*"local_ts":\[\([^]]*\)\].*/\1/p' | sort -u)" '"192.0.1.0/24"'
}

# answered_for_all: one pair of SAs, by which pings go both ways, and nothing of the packet
answered_for_all() {
	wait_for "a pair of SAs that send, known to the other end" 30 pairs_agree 1
	assert_ok "ping from west" ping_from west 0 "$west_inner" "$east_inner"
	assert_ok "ping from east" ping_from east 1 "$east_inner" "$west_inner"
	nothing_of_the_packet
}

# ---- what a good neighbour does

# note_children: who sends with what, for the comparison after a rekey
note_children() {
	for host in west east; do
		senders $host >$lab/$host.senders
	done
	children=$(grep -c '' $lab/west.senders)
}

# child_rekeyed CMD...: all Child SAs are other ones after it
child_rekeyed() {
	note_children
	assert_ok "rekey the Child SA: $*" "$@"
	for host in west east; do
		wait_for "$host: new SPIs" 30 all_new $lab/$host.senders senders $host
	done
	assert_ok "the SAs of both ends agree" pairs_agree "$children"
}

# ike_rekeyed CMD...: the IKE SA is another one after it, and the Child SAs are the same
ike_rekeyed() {
	note_children
	ike_spis west >$lab/west.ike
	assert_ok "rekey the IKE SA: $*" "$@"
	wait_for "new IKE SPIs" 30 all_new $lab/west.ike ike_spis west
	assert_eq "Child SAs that moved to it" "$(senders west | grep -cxFf $lab/west.senders)" \
		"$children"
}

# sent_by HOST: "CPU PACKETS" of its outbound SAs, by CPU
sent_by() {
	dump "$1" | sed -n 's/^sa dir=out .* cpu=\([^ ]*\) .* packets=\([0-9]*\) .*/\1 \2/p' | sort
}

# received_with HOST: "SPI PACKETS" of its inbound SAs
received_with() {
	dump "$1" | sed -n 's/^sa dir=in spi=\([^ ]*\) .* packets=\([0-9]*\) .*/\1 \2/p' | sort
}

# grown BEFORE AFTER: the lines of AFTER whose number grew, with what it grew by, in one line
grown() {
	awk 'NR == FNR { before[$1] += $2; next }
		$2 != before[$1] { printf "%s%s %d", comma, $1, $2 - before[$1]; comma = ", " }' "$1" "$2"
}

# own_cpu_own_sa FROM TO CPU ADDRESS ADDRESS: what FROM sends from a CPU goes out on that CPU's SA
# only, and comes in at TO on one SA only
own_cpu_own_sa() {
	sent_by "$1" >$lab/sent.before
	received_with "$2" >$lab/received.before
	assert_ok "pings of $1 from CPU $3" ping_from "$1" "$3" "$4" "$5" 2
	sent_by "$1" >$lab/sent.after
	received_with "$2" >$lab/received.after
	assert_eq "$1: CPU and packets sent" "$(grown $lab/sent.before $lab/sent.after)" "$3 2"
	assert_eq "$2: received by one SA" "$(grown $lab/received.before $lab/received.after |
		sed 's/^[^ ]* //')" 2
}

# each_cpu_its_sa N: both ways
each_cpu_its_sa() {
	cpu=0
	while [ $cpu -lt "$1" ]; do
		own_cpu_own_sa west east $cpu "$west_inner" "$east_inner"
		own_cpu_own_sa east west $cpu "$east_inner" "$west_inner"
		cpu=$((cpu + 1))
	done
}

# per_cpu_set: both ends have a head and a clone for each of 4 CPUs
per_cpu_set() {
	wait_for "5 pairs of SAs" 30 pairs_agree 5
	for host in west east; do
		assert_eq "$host: CPUs of outbound SAs" "$(cpus_of $host out)" "$(cpu_list 4)"
	done
}

# told_once: the peer makes no clones, and the log says so in one line for each IKE SA, N in all
told_once() {
	assert_eq "lines about clones that the peer does not make" \
		"$(grep -c 'one Child SA, no clones' $lab/west/pluto.log || :)" "$1"
}

# both_roles PER_REKEY: with a peer without per-CPU SAs: up by either end, rekeys of both kinds from
# both, and down by either. With each rekey of a Child SA by west, PER_REKEY packets may be lost.
both_roles() {
	up west $name
	tunnel_is_up 1
	child_rekeyed rekey west child $name
	child_rekeyed peer_rekey child
	ike_rekeyed rekey west ike $name
	ike_rekeyed peer_rekey ike
	child_rekeyed peer_rekey child
	child_rekeyed rekey west child $name
	lost_at_most $((2 * $1))
	settled 1
	told_once 1
	down west $name
	tunnel_is_gone 0

	assert_ok "the peer brings it up" peer_up
	tunnel_is_up 1
	ike_rekeyed peer_rekey ike
	ike_rekeyed rekey west ike $name
	child_rekeyed rekey west child $name
	lost_at_most "$1"
	settled 1
	assert_ok "the peer takes it down" peer_down
	tunnel_is_gone 0
}

# per_cpu_rekeyed MODE: a head and 4 clones at both ends, in that mode, keep their CPUs through rekeys
# of both kinds from both ends
per_cpu_rekeyed() {
	per_cpu_set
	assert_eq "west: SAs of mode $1" "$(count west "sa dir" "mode=$1")" 10
	each_cpu_its_sa 4
	child_rekeyed rekey west child $name
	per_cpu_set
	child_rekeyed peer_rekey child
	per_cpu_set
	ike_rekeyed rekey west ike $name
	ike_rekeyed peer_rekey ike
	settled 5
	per_cpu_set
	each_cpu_its_sa 4
}

# per_cpu_from_west MODE: the same with west beginning it and taking it down
per_cpu_from_west() {
	up west $name
	per_cpu_rekeyed "$1"
	down west $name
	tunnel_is_gone 0
}

finish_west() {
	assert_ok "west stops" stop west
	kernel_is_empty west
	log_is_clean west
}

enter_peers
