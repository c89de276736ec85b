# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a wrong PSK: up fails and nothing is installed"

both net_conn clones=2
secret east ZYXWVUTSRQPONMLKJIHGFEDCBA0987654321
start_both
assert_fails "up" up west westnet-eastnet
set_is_gone west
set_is_gone east
assert_eq "Child SAs" "$(traffic west)$(traffic east)" ""
assert_eq "east says who failed, and how" \
	"$(grep -c "authentication of '@west' at .*/500 failed: its proof" $lab/east/pluto.log)" 1
assert_eq "lines that hold a secret" \
	"$(cat $lab/west/pluto.log $lab/east/pluto.log | grep -c -e ZYXWVUTS -e ABCDEFGH)" 0
finish
