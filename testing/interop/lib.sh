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
peer_host=east # whose network and files the peer has
west_outer=192.1.2.45
east_outer=192.1.2.23
west_inner=192.0.1.254
east_inner=192.0.2.254

# host_to_host: for transport mode
host_to_host() {
	west_inner=$west_outer
	east_inner=$east_outer
}

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

# peer CMD...: runs CMD in the peers' tree, in the peer's network
peer() {
	on $peer_host chroot "$CYGNET_PEERS" "$@"
}

# Where the C library looks for the CPUs that are online, a peer finds these instead.
peer_cpus=

# peer_root CMD...: in the peers' tree, with its own view of the CPUs
peer_root() {
	if [ -n "$peer_cpus" ]; then
		# shellcheck disable=SC2016 # for the inner shell
		set -- unshare -m --propagation private sh -c 'mount -t tmpfs tmpfs "$1/sys" &&
			mkdir -p "$1/sys/devices/system/cpu" &&
			echo "$2" >"$1/sys/devices/system/cpu/online" || exit
			root=$1
			shift 2
			exec chroot "$root" "$@"' sh "$CYGNET_PEERS" "$peer_cpus" "$@"
	else
		set -- chroot "$CYGNET_PEERS" "$@"
	fi
	exec nsenter --net=/run/netns/$peer_host setsid "$@"
}

# peer_background CMD...: as a daemon, with its output in the peer's log. Never waited for.
peer_background() {
	peer_root "$@" >>$lab/$peer_host/peer.log 2>&1 </dev/null &
	peer_pid=$!
}

# peer_kill: with all its processes, and not gently with those that stay
peer_kill() {
	kill "$peer_pid"
	wait "$peer_pid" || :
	for pid in $(ip netns pids $peer_host); do
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

# pairs_agree N [M]: west sends with N SAs, east with M (or N), and the other end has them
pairs_agree() {
	for host in west east; do
		dump $host | sed -n "s/^sa dir=[^ ]*/$host/p"
	done | awk -v wests="$1" -v easts="${2:-$1}" -v west="src=$west_outer" -v east="src=$east_outer" '
		$1 == "west" && $3 == west || $1 == "east" && $3 == east { sends[$1]++; out[$2] = 1; next }
		{ has[$2] = 1 }
		END {
			for (spi in out)
				if (!(spi in has))
					exit 1
			exit sends["west"] != wests || sends["east"] != easts
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

# settled N [SPARES]: nothing is left of SAs that were replaced; of the N pairs so many only receive at
# west
settled() {
	wait_for "west has no more SAs" 30 is sas_of west = $((2 * $1 - ${2:-0}))
	wait_for "east has no more SAs" 30 is sas_of east = $((2 * $1))
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
	wests=$(grep -c '' $lab/west.senders)
	easts=$(grep -c '' $lab/east.senders)
}

# child_rekeyed CMD...: all Child SAs are other ones after it
child_rekeyed() {
	note_children
	assert_ok "rekey the Child SA: $*" "$@"
	for host in west east; do
		wait_for "$host: new SPIs" 30 all_new $lab/$host.senders senders $host
	done
	assert_ok "the SAs of both ends agree" pairs_agree "$wests" "$easts"
}

# ike_rekeyed CMD...: the IKE SA is another one after it, and the Child SAs are the same
ike_rekeyed() {
	note_children
	ike_spis west >$lab/west.ike
	assert_ok "rekey the IKE SA: $*" "$@"
	wait_for "new IKE SPIs" 30 all_new $lab/west.ike ike_spis west
	assert_eq "Child SAs that moved to it" "$(senders west | grep -cxFf $lab/west.senders)" \
		"$wests"
}

# note_packets FILE: "HOST DIRECTION SPI CPU PACKETS" of all SAs of both ends
note_packets() {
	for host in west east; do
		dump $host | sed -n "s/^sa dir=\([^ ]*\) spi=\([^ ]*\) .* cpu=\([^ ]*\) .*\
 packets=\([0-9]*\) .*/$host \1 \2 \3 \4/p"
	done >"$1"
}

# sent_by HOST: what it sent between the two notes, as "CPU PACKETS,..", by the CPUs of its SAs
sent_by() {
	awk -v host="$1" '
		$1 != host || $2 != "out" { next }
		NR == FNR { before[$3] = $5; next }
		$5 != before[$3] { sent[$4] += $5 - before[$3] }
		END { for (cpu in sent) print cpu, sent[cpu] }' $lab/before $lab/after |
		sort | paste -s -d ,
}

# strays: SAs where what one end sent is not what the other got by that SA
strays() {
	awk 'NR == FNR { before[$1 $2 $3] = $5; next }
		{ grown[$2, $3] += $5 - before[$1 $2 $3]; spis[$3] }
		END {
			for (spi in spis)
				if (grown["out", spi] != grown["in", spi])
					print spi, grown["out", spi] + 0, grown["in", spi] + 0
		}' $lab/before $lab/after
}

# each_cpu_sends FROM CLONES ADDRESS ADDRESS: from each of the 4 CPUs another number of pings, all at
# once: they go out by their CPU's own SA where there is a clone for it, else by the head, and come in
# by the same one at the other end
each_cpu_sends() {
	note_packets $lab/before
	pings=
	for cpu in 0 1 2 3; do
		ping_from "$1" $cpu "$3" "$4" $((cpu + 2)) >$lab/pings.$cpu 2>&1 &
		pings="$pings $!"
	done
	for pid in $pings; do
		assert_ok "$1: all pings of a CPU are answered" wait $pid
	done
	note_packets $lab/after
	case $2 in
	4) want="0 2,1 3,2 4,3 5" ;;
	2) want="- 9,0 2,1 3" ;;
	esac
	assert_eq "$1: CPUs of its SAs, and packets they sent" "$(sent_by "$1")" "$want"
	assert_eq "SAs by which not all arrived" "$(strays)" ""
}

# each_cpu_its_sa WEST EAST: the numbers of clones that these have for the first CPUs
each_cpu_its_sa() {
	each_cpu_sends west "$1" "$west_inner" "$east_inner"
	each_cpu_sends east "$2" "$east_inner" "$west_inner"
}

# per_cpu_set WEST EAST: each end sends with a head and a clone for each of so many CPUs
per_cpu_set() {
	wait_for "$1 clones at west and $2 at east" 30 pairs_agree $(($1 + 1)) $(($2 + 1))
	assert_eq "west: CPUs of outbound SAs" "$(cpus_of west out)" "$(cpu_list "$1")"
	assert_eq "east: CPUs of outbound SAs" "$(cpus_of east out)" "$(cpu_list "$2")"
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

# begin west|east: brings the set up, east by traffic that meets its trap, which is lost
begin() {
	case $1 in
	west) up west $name ;;
	east) ping_from east 1 "$east_inner" "$west_inner" 1 || : ;;
	esac
}

# end west|east: takes it down
end() {
	case $1 in
	west) down west $name ;;
	east) assert_ok "the peer takes it down" peer_down ;;
	esac
	tunnel_is_gone 0
}

# per_cpu_rekeyed MODE: a head and 4 clones at both ends, in that mode, keep their CPUs through rekeys
# of both kinds from both ends
per_cpu_rekeyed() {
	per_cpu_set 4 4
	assert_eq "west: SAs of mode $1" "$(count west "sa dir" "mode=$1")" 10
	child_rekeyed rekey west child $name
	per_cpu_set 4 4
	child_rekeyed peer_rekey child
	per_cpu_set 4 4
	# What strongSwan would remove at the moment of an IKE SA's rekey it keeps for good.
	settled 5
	ike_rekeyed rekey west ike $name
	ike_rekeyed peer_rekey ike
	settled 5
	per_cpu_set 4 4
	each_cpu_its_sa 4 4
}

# per_cpu_both_roles MODE: each end begins it once, and takes it down
per_cpu_both_roles() {
	for who in west east; do
		begin $who
		per_cpu_rekeyed "$1"
		end $who
	done
}

finish_west() {
	assert_ok "west stops" stop west
	kernel_is_empty west
	log_is_clean west
}

enter_peers
