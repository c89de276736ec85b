# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs answers our trap: the packet goes first, and each CPU has its SA for all"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"
net_conn clones=4 auto=route | conf west
swan_conf
peer_start
start west
our_trap
per_cpu_rekeyed tunnel
nothing_of_the_packet
down west $name
tunnel_is_gone 3
finish_west
peer_stop
