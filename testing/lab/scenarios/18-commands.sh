# SPDX-License-Identifier: GPL-2.0-or-later
scenario "commands: exit statuses, names of instances, JSON"

both net_conn clones=2
assert_status "status without a daemon" 33 ipsec west whack --status
start_both
assert_status "up of an unknown name" 21 up west nobody
assert_status "down of an unknown name" 21 down west nobody
up west westnet-eastnet
assert_fails "down of one instance" down west westnet-eastnet-1
assert_fails "delete of one instance" ipsec west auto --delete westnet-eastnet-1
set_is_up west 2

for command in status showstates briefstatus trafficstatus; do
	ipsec west $command >$lab/text
	ipsec west $command --json >$lab/json
	assert_fails "$command says nothing" [ ! -s $lab/text ]
	assert_eq "$command --json: lines that are not an object" \
		"$(grep -cv '^{.*}$' $lab/json || :)" 0
done
assert_eq "established Child SAs" "$(ipsec west showstates | grep -c 'established Child SA')" 3

assert_ok "delete" ipsec west auto --delete westnet-eastnet
set_is_gone west
set_is_gone east
assert_status "up after delete" 21 up west westnet-eastnet
assert_ok "add" ipsec west auto --add westnet-eastnet
assert_ok "up after add" up west westnet-eastnet
set_is_up west 2
finish
