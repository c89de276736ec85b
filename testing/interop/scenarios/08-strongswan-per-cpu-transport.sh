# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs in transport mode"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
west_inner=$west_outer
east_inner=$east_outer
swan_child="per_cpu_sas = yes; mode = transport; local_ts = dynamic; remote_ts = dynamic"
swan_child="$swan_child; start_action = trap"
conn_of $name left=$west_outer right=$east_outer type=transport clones=4 | conf west
swan_conf
peer_start
start west
per_cpu_from_west transport
finish_west
peer_stop
