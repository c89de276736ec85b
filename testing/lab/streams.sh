# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# streams.sh: numbered packets from every CPU, each of which is accounted for. Sourced by scenarios.
#
# rate    packets a second from each CPU; set by the scenario
# clones  of the connection; 4 unless the scenario sets it

clones=4
cpus=$(seq 0 $(($(nproc) - 1)))
senders=
receivers=

# complete HOST: its set has all its clones, in both directions
complete() {
	[ "$(cpus_of "$1" out)" = "$(cpu_list $clones)" ] &&
		[ "$(cpus_of "$1" in)" = "$(cpu_list $clones)" ]
}

# neighbours: both know each other's link address for good, since a lost ARP costs packets
neighbours() {
	for pair in "west 192.1.2.23 east" "east 192.1.2.45 west"; do
		# shellcheck disable=SC2086 # three words
		set -- $pair
		ip -n "$1" neigh replace "$2" dev eth1 nud permanent lladdr \
			"$(ip -n "$3" -o link show eth1 | sed 's/.*ether \([^ ]*\) .*/\1/')"
	done
}

# dropped HOST HANDLE: packets that this class of HOST's line lost
dropped() {
	on "$1" tc -s qdisc show dev eth1 | awk -v handle="$2" '
		$1 == "qdisc" { here = $3 == handle }
		here && match($0, /dropped [0-9]+/) { print substr($0, RSTART + 8, RLENGTH - 8) }'
}

# stream_from HOST FROM TO PEER: one stream from each CPU; last_sender_HOST is that of the last one
stream_from() {
	for cpu in $cpus; do
		nsenter --net="/run/netns/$4" "$bin/stream" receive "$3" $((5000 + cpu)) >"$lab/received.$1.$cpu" &
		receivers="$receivers $!"
	done
	sleep 0.3
	for cpu in $cpus; do
		nsenter --net="/run/netns/$1" taskset -c "$cpu" \
			"$bin/stream" send "$2" "$3" $((5000 + cpu)) $rate >"$lab/sent.$1.$cpu" &
		senders="$senders $!"
		eval "last_sender_$1=$!"
	done
}

# end_all PID...
end_all() {
	for pid in "$@"; do
		assert_ok "stream $pid is under way" kill -TERM "$pid"
	done
	for pid in "$@"; do
		wait "$pid" || fail "a stream failed"
	done
}

# sum COLUMN FILE...
sum() {
	column=$1
	shift
	awk -v column="$column" '{ n += $column } END { print n }' "$@"
}

# misfits HOST: how many packets had no SA, or one that they do not fit
misfits() {
	on "$1" grep -E '^Xfrm(InNoStates|InStateSeqError|InStateMismatch|OutNoStates)' \
		/proc/net/xfrm_stat | awk '{ print $1, $2 }' | tr '\n' ' '
}

# log_count HOST PATTERN: lines of HOST's log
log_count() {
	grep -cE -e "$2" "$lab/$1/pluto.log" || :
}

# more_than HOST PATTERN N: for wait_for
more_than() {
	[ "$(log_count "$1" "$2")" -gt "$3" ]
}

# streams_begin: both ways
streams_begin() {
	senders=
	receivers=
	rm -f "$lab"/sent.* "$lab"/received.*
	stream_from west 192.0.1.254 192.0.2.254 east
	stream_from east 192.0.2.254 192.0.1.254 west
}

streams_end() {
	# shellcheck disable=SC2086 # lists
	{
		end_all $senders
		sleep 1
		end_all $receivers
	}
}

# all_arrived WHAT: what was sent since streams_begin came, once
all_arrived() {
	for from in west east; do
		assert_eq "$1: $from: refused when they were sent" "$(sum 4 "$lab"/sent.$from.*)" 0
		assert_eq "$1: $from: came again" "$(sum 4 "$lab"/received.$from.*)" 0
		assert_eq "$1: $from: received" "$(sum 2 "$lab"/received.$from.*)" \
			"$(sum 2 "$lab"/sent.$from.*)"
	done
}
