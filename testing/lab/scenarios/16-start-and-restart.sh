# SPDX-License-Identifier: GPL-2.0-or-later
scenario "auto=start brings the set up at start, and again after restart"

net_conn clones=2 | conf east
net_conn clones=2 auto=start | conf west
start_both
wait_for "west has 6 SAs" 20 is sas_of west = 6
set_is_up west 2
set_is_up east 2
before=$(keeper west)
assert_ok "restart" ipsec west restart --user $user
assert_fails "another process" [ "$before" = "$(keeper west)" ]
wait_for "west has 6 SAs" 20 is sas_of west = 6
set_is_up west 2
assert_ok "ping after it" net_ping 1
finish
