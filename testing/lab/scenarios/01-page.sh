# SPDX-License-Identifier: GPL-2.0-or-later
scenario "the page: a head and two clones, each CPU's traffic on an SA of its own"

both net_conn clones=2
start_both
up west westnet-eastnet
set_is_up west 2
set_is_up east 2

assert_ok "ping from CPU 0" net_ping 0
assert_ok "ping from CPU 1" net_ping 1
want="westnet-eastnet-0 0 0, westnet-eastnet-1 168 168, westnet-eastnet-2 168 168, "
assert_eq "west's traffic" "$(traffic west | sed 's/$/, /' | tr -d '\n')" "$want"
assert_eq "east's traffic" "$(traffic east | sed 's/$/, /' | tr -d '\n')" "$want"

line='006 #[0-9]+: "westnet-eastnet-[0-2]", type=ESP, add_time=[0-9]{10}'
line="$line, inBytes=[0-9]+, outBytes=[0-9]+, id='@east'"
ipsec west whack --trafficstatus >$lab/long
ipsec west trafficstatus >$lab/short
assert_eq "lines of the page's form" "$(grep -Ecx "$line" $lab/long)" 3
assert_eq "lines in all" "$(grep -c '' $lab/long)" 3
assert_ok "trafficstatus is the same in short" cmp $lab/long $lab/short

down west westnet-eastnet
set_is_gone west
set_is_gone east
assert_eq "lines after down" "$(traffic west)" ""
assert_fails "nothing gets through after down" net_ping 0
finish
