# SPDX-License-Identifier: GPL-2.0-or-later
scenario "clone-steering=xdp: what comes in on one CPU is decrypted by four, none is lost"

need_cpus 4
. ./streams.sh
. ./steering.sh
rate=150
one_queue
both net_conn clones=4
start_both
up west westnet-eastnet
set_is_up east 4
streams_to_east 3
echo "info: percent of the packets that CPUs 0 to 3 decrypted without steering: $(shares)"
assert_ok "the log says what would help" \
	grep -q 'eth1 (veth): .*; clone-steering=xdp or rps would spread it' $lab/east/pluto.log
assert_ok "without it CPU 0 decrypts nine of ten" [ "$(shares | cut -d ' ' -f 1)" -ge 90 ]
down west westnet-eastnet
set_is_gone east

both net_conn clones=4 clone-steering=xdp
ipsec east auto --replace westnet-eastnet
up west westnet-eastnet
set_is_up east 4
wait_for "the program is at east's interface" 5 is xdp_of east = native
streams_to_east 3
echo "info: percent of the packets that CPUs 0 to 3 decrypted with xdp: $(shares)"
assert_ok "with it no CPU decrypts more than 35 %" \
	[ "$(shares | tr ' ' '\n' | sort -n | tail -n 1)" -le 35 ]
echo "info: packets that had no SA, or one that they do not fit: $(misfits east)"

down west westnet-eastnet
wait_for "no program at east's interface" 5 is xdp_of east =
assert_eq "programs and maps left after down" "$(bpf_left)" 0
finish
