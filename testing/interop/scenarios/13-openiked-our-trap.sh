# SPDX-License-Identifier: GPL-2.0-or-later
scenario "OpenIKED answers our trap: the packet goes first, and the SA is for all"

. ../interop/lib.sh
. ../interop/openiked.sh

net_conn auto=route pfs=no | conf west
peer_conf passive
peer_start
start west
our_trap
answered_for_all
down west $name
tunnel_is_gone 3
finish_west
peer_stop
