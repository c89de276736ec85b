# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with per-CPU SAs answers: each CPU its SA, through rekeys from both ends"

. ../interop/lib.sh
. ../interop/strongswan.sh

need_cpus 4
swan_child="per_cpu_sas = yes; start_action = trap"
net_conn clones=4 | conf west
swan_conf
peer_start
start west
per_cpu_from_west tunnel
finish_west
peer_stop
