# SPDX-License-Identifier: GPL-2.0-or-later
scenario "libreswan answers our trap: the packet goes first, and the SA is for all"

. ../interop/lib.sh
. ../interop/libreswan.sh

net_conn auto=route | conf west
net_conn leftupdown=%disabled | peer_conf
peer_start
start west
our_trap
answered_for_all
down west $name
tunnel_is_gone 3
finish_west
peer_stop
