# SPDX-License-Identifier: GPL-2.0-or-later
scenario "no common proposal for IKE, then none for ESP: up fails and nothing is installed"

for option in ike=aes_gcm128-sha2_256-dh19 esp=aes_gcm128; do
	both_differ=$(echo $option | sed 's/128/256/')
	net_conn clones=2 "$option" | conf west
	net_conn clones=2 "$both_differ" | conf east
	start_both
	assert_fails "up with $option here, $both_differ there" \
		up west westnet-eastnet
	set_is_gone west
	set_is_gone east
	assert_eq "Child SAs" "$(traffic west)$(traffic east)" ""
	finish
done
