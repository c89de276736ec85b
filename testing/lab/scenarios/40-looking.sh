# SPDX-License-Identifier: GPL-2.0-or-later
scenario "ipsec cpus on a set that carries traffic: each CPU's packets in its own line"

name=westnet-eastnet

# of_row FILE CPU KEY: a number of the row of that CPU
of_row() {
	sed -e 's/.*"rows":\[//' -e 's/\],"devices".*//' -e 's/},{"cpu"/}\n{"cpu"/g' "$1" |
		sed -n "s/.*\"cpu\":$2,.*$3.*/\1/p"
}

# look FILE COMMAND...: what it shows goes to FILE. /sys has the namespace's own devices.
look() {
	file=$1
	shift
	ip netns exec west "$bin/ipsec" --config "$lab/west/ipsec.conf" --rundir "$lab/west" \
		"$@" >"$lab/$file"
}

both net_conn clones=2
start_both
up west $name
set_is_up west 2

stream west 1 192.0.1.254 192.0.2.254 0.02
assert_ok "once, as JSON" look cpus.json cpus --once --json
end_streams
cat $lab/cpus.json
assert_eq "its last line is the result" "$(sed 1d $lab/cpus.json)" '{"result":0}'
assert_eq "CPU 0 sends" "$(of_row $lab/cpus.json 0 '"out":{"packets":\([0-9]*\),')" 0
assert_ok "CPU 1 sends some" \
	[ "$(of_row $lab/cpus.json 1 '"out":{"packets":\([0-9]*\),')" -ge 5 ]
assert_ok "and its line has its clone" grep -q "\"cpu\":1,\"online\":true,\"name\":\"$name-2\"" \
	$lab/cpus.json
assert_ok "the device towards the peer" grep -q '"devices":\[{"device":"eth1","driver":"veth"' \
	$lab/cpus.json
assert_ok "once, as text" look cpus.text cpus --once
assert_ok "no line is longer than 80" awk 'length > 80 { exit 1 }' $lab/cpus.text
assert_ok "four CPUs have lines" [ "$(grep -c '^  [0-3] ' $lab/cpus.text)" = "$(nproc)" ]
cat $lab/cpus.text
finish
assert_status "without pluto" 33 look cpus.none cpus --once
