# SPDX-License-Identifier: GPL-2.0-or-later
scenario "strongSwan with ML-KEM-768 after X25519, in the IKE SA and in Child SAs"

. ../interop/lib.sh
. ../interop/strongswan.sh

[ -n "${CYGNET_YOUNGER:-}" ] || skip "needs a Cygnet built for it: make check-interop ONLY=ml-kem"
west_in_peers
swan_conn="proposals = aes256gcm16-prfsha256-x25519-ke1_mlkem768"
swan_child="esp_proposals = aes256gcm16-x25519-ke1_mlkem768"

net_conn clones=4 "ike=aes_gcm256-sha2_256-dh31;addke1=mlkem768" \
	"esp=aes_gcm256-dh31;addke1=mlkem768" | conf west
swan_conf
peer_start
start west
assert_ok "the log says that NSS has it" grep -q 'ML-KEM: yes' $lab/west/pluto.log
both_roles 0
assert_ok "both had it each time" [ "$(grep -c 'addke1=ML_KEM_768' $lab/west/pluto.log)" -ge 8 ]
finish_west
peer_stop

# As the only key exchange.
swan_conn="proposals = aes256gcm16-prfsha256-mlkem768"
swan_child="esp_proposals = aes256gcm16-mlkem768"
net_conn clones=4 ike=aes_gcm256-sha2_256-mlkem768 esp=aes_gcm256-mlkem768 | conf west
rm -f $lab/west/pluto.log
swan_conf
peer_start
start west
both_roles 0
assert_ok "both had it" grep -q 'ke=ML_KEM_768' $lab/west/pluto.log
finish_west
peer_stop
