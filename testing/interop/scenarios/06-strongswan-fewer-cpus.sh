# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs begins, by its trap: each CPU its SA"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"
net_conn clones=4 | conf west
swan_conf
start west
peer_start

ping_from east 1 "$east_inner" "$west_inner" 1 || : # the first packet is lost to the trap
per_cpu_rekeyed tunnel
assert_ok "strongSwan takes it down" peer_down
tunnel_is_gone 0
finish_west
peer_stop
