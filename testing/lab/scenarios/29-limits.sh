# SPDX-License-Identifier: GPL-2.0-or-later
scenario "at a limit of packets SAs are replaced: before it without loss, at it without a packet in the clear"

need_cpus 2
name=westnet-eastnet

# stat_of HOST NAME...: the sum of these counters of XFRM
stat_of() {
	host=$1
	shift
	on "$host" cat /proc/net/xfrm_stat | awk -v names=" $* " \
		'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}

# expired: packets that found an SA at its hard limit, at either end
expired() {
	echo $(($(stat_of west XfrmOutStateExpired XfrmInStateExpired) +
		$(stat_of east XfrmOutStateExpired XfrmInStateExpired)))
}

# in_the_clear: packets that came to east without the SA that they should have had
in_the_clear() {
	stat_of east XfrmInTmplMismatch XfrmInNoPols XfrmInPolBlock
}

# pings CPU COUNT: in the background, one each 50 ms
pings() {
	on west taskset -c "$1" ping -n -c "$2" -i 0.05 -W 5 -I 192.0.1.254 192.0.2.254 \
		>"$lab/ping.$1" 2>&1 &
}

lost() {
	sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$lab/ping.$1" |
		awk '{ print $1 - $2 }'
}

# All clones and the head: after a quarter of 200 packets.
both net_conn clones=2 ipsec-max-packets=200
start_both
up west $name
set_is_up west 2
set_is_up east 2
clear_before=$(in_the_clear)
expired_before=$(expired)
for round in 1 2; do
	outbound west cpu=0 >$lab/west.0
	outbound west cpu=1 >$lab/west.1
	pings 0 120
	pings 1 120
	wait
	for cpu in 0 1; do
		assert_eq "round $round, CPU $cpu: pings without an answer" "$(lost $cpu)" 0
		wait_for "round $round, CPU $cpu: another SPI" 10 \
			all_new $lab/west.$cpu outbound west cpu=$cpu
	done
done
assert_eq "packets at a hard limit" "$(expired)" "$expired_before"
ipsec west whack --json --trafficstatus >$lab/shown
assert_eq "SAs that show their limit" "$(grep -cF '"max_packets":"200"' $lab/shown)" 3

# A burst is at the hard limit before anybody looks.
set_is_up west 2
outbound west cpu=0 >$lab/west.0
on west taskset -c 0 ping -q -n -f -c 1000 -I 192.0.1.254 192.0.2.254 >$lab/burst 2>&1 || :
assert_ok "the hard limit was reached" test "$(expired)" -gt "$expired_before"
wait_for "another SPI after the burst" 20 all_new $lab/west.0 outbound west cpu=0
set_is_up west 2
set_is_up east 2
assert_ok "a ping after the burst" on west taskset -c 0 ping -q -n -c 3 -i 0.2 -W 5 \
	-I 192.0.1.254 192.0.2.254
assert_eq "packets in the clear" "$(in_the_clear)" "$clear_before"
down west $name
set_is_gone west
set_is_gone east
finish
