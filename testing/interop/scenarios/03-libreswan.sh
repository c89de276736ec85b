# SPDX-License-Identifier: GPL-2.0-or-later
scenario "libreswan: both roles, rekeys and deletes from both ends"

. ../interop/lib.sh
. ../interop/libreswan.sh

net_conn clones=4 | conf west
net_conn leftupdown=%disabled | peer_conf
peer_start
start west
# It sends on a new Child SA as soon as it has answered: one packet for each of our rekeys may come
# too early.
both_roles 1
finish_west
peer_stop
