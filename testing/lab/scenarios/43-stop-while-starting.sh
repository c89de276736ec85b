# SPDX-License-Identifier: GPL-2.0-or-later
scenario "the daemon is told to stop while it begins 3,000 connections, and ends as it should"

seq 3000 | awk '{
	printf "conn c%d\n    left=192.1.2.45\n    right=192.1.3.%d\n", $1, $1 % 250 + 1
	printf "    leftid=@west\n    rightid=@e%d\n    authby=secret\n    auto=start\n", $1
}' | conf west
(umask 077 && echo "@west : PSK \"$psk\"" >$lab/west/ipsec.secrets)
start west
wait_for "it begins" 10 grep -qF "connections to start: 3000" $lab/west/pluto.log
keeper=$(keeper west)
kill -TERM "$keeper"
wait_for "it has ended" 10 [ ! -e "/proc/$keeper/status" ]
begun=$(grep -c "deleting IKE SA" $lab/west/pluto.log || :)
assert_ok "it had begun some, not all: $begun" [ "$begun" -gt 0 -a "$begun" -lt 3000 ]
assert_eq "ended by a signal" "$(grep -c 'killed by signal' $lab/west/pluto.log || :)" 0
assert_eq "its last line" "$(tail -n 1 $lab/west/pluto.log | sed 's/.*: //')" ended
kernel_is_empty west
