# SPDX-License-Identifier: GPL-2.0-or-later
scenario "kill -9 of either process ends both; the next start leaves nothing stale behind"

both net_conn clones=2
start_both
for victim in worker keeper; do
	up west westnet-eastnet
	set_is_up west 2
	keeper=$(keeper west)
	worker=$(worker west)
	kill -9 "$($victim west)"
	wait_for "the keeper ended after kill -9 of the $victim" 10 [ ! -e "/proc/$keeper/status" ]
	wait_for "pluto ended after kill -9 of the $victim" 10 [ ! -e "/proc/$worker/status" ]
	assert_ok "start again" start west
	set_is_gone west
	assert_ok "up again" up west westnet-eastnet
	set_is_up west 2
	assert_ok "ping after it" net_ping 0
	down west westnet-eastnet
	wait_for "east has no SA" 60 is sas_of east = 0
done

up west westnet-eastnet
keeper=$(keeper west)
kill -TERM "$keeper"
wait_for "SIGTERM ends it" 10 [ ! -e "/proc/$keeper/status" ]
kernel_is_empty west
finish
