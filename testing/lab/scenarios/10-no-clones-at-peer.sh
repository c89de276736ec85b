# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a peer without clones: the head alone, and no more than one line about it"

net_conn clones=2 | conf west
net_conn | conf east
start_both
assert_ok "up" up west westnet-eastnet
set_is_up west 0
set_is_up east 0
assert_ok "ping from CPU 1" net_ping 1
assert_eq "west's traffic" "$(traffic west)" "westnet-eastnet-0 168 168"
assert_eq "east's traffic" "$(traffic east)" "westnet-eastnet 168 168"
assert_eq "lines about it in west's log" "$(grep -c 'SA_RESOURCE_INFO' $lab/west/pluto.log)" 1
down west westnet-eastnet
set_is_gone west
set_is_gone east
finish
