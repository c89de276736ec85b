# SPDX-License-Identifier: GPL-2.0-or-later
scenario "OpenIKED: both roles, rekeys and deletes from both ends"

. ../interop/lib.sh
. ../interop/openiked.sh

# Its defaults have no group for Child SAs.
net_conn clones=4 pfs=no | conf west
peer_conf passive
peer_start
start west

up west $name
tunnel_is_up 1
child_rekeyed rekey west child $name
ike_rekeyed rekey west ike $name
child_rekeyed rekey west child $name
lost_at_most 2
settled 1
told_once 1
# What was brought up by hand is to stay up: west comes back.
ike_spis west >$lab/west.ike
assert_ok "OpenIKED takes it down" peer_down
wait_for "another IKE SA" 30 all_new $lab/west.ike ike_spis west
wait_for "a pair of SAs again" 30 pairs_agree 1
down west $name
tunnel_is_gone 0
peer_stop

# It rekeys by the clock only.
net_conn clones=4 | conf west
assert_ok "west takes the changed connection" ipsec west auto --replace $name
peer_conf active "childsa enc aes-256 auth hmac-sha2-512 group ecp256" "ikelifetime 20 lifetime 12"
peer_start
tunnel_is_up 1
ike_spis west >$lab/west.ike
child_rekeyed true
child_rekeyed rekey west child $name
wait_for "new IKE SPIs" 60 all_new $lab/west.ike ike_spis west
child_rekeyed true
lost_at_most 3
down west $name
finish_west
peer_stop
