# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs in transport mode and UDP, a source port for each"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
host_to_host
swan_conn="encap = yes"
swan_child="per_cpu_sas = encap; start_action = trap; $swan_transport"
conn_of $name left=$west_outer right=$east_outer type=transport clones=4 encapsulation=yes |
	conf west
swan_conf
peer_start
start west
per_cpu_both_roles transport
finish_west
peer_stop
