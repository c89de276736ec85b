# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a peer that does not answer: up gives up after retransmit-timeout"

both net_conn clones=2 retransmit-timeout=3s
start west
assert_status "up's exit status" 51 up west westnet-eastnet
set_is_gone west
finish
