# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs in UDP, a source port for each"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_conn="encap = yes"
swan_child="per_cpu_sas = encap; start_action = trap"
net_conn clones=4 encapsulation=yes clone-ports=spread | conf west
swan_conf
peer_start
start west
per_cpu_both_roles tunnel
finish_west
peer_stop
