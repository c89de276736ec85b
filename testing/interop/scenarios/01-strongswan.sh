# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan without per-CPU SAs: both roles, rekeys and deletes from both ends"

. ../interop/lib.sh
. ../interop/strongswan.sh

net_conn clones=4 | conf west
swan_conf
peer_start
start west
both_roles 0
finish_west
peer_stop
