# SPDX-License-Identifier: GPL-2.0-or-later
scenario "ipsec cpus and ipsec verify on a set that carries traffic"

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

both net_conn clones=2 clone-steering=xdp
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
assert_ok "which CPU decrypts is known of all that came" \
	grep -q '"inbound_source":"xdp","decrypted_share":\(9[0-9]\|100\),' $lab/cpus.json
assert_ok "the device towards the peer" grep -q '"devices":\[{"device":"eth1","driver":"veth"' \
	$lab/cpus.json
assert_ok "once, as text" look cpus.text cpus --once
assert_ok "no line is longer than 80" awk 'length > 80 { exit 1 }' $lab/cpus.text
assert_ok "four CPUs have lines" [ "$(grep -c '^  [0-3] ' $lab/cpus.text)" = "$(nproc)" ]
cat $lab/cpus.text

# verdict CHECK: of what verify found
verdict() {
	sed -n "s/.*\"check\":\"$1\",\"verdict\":\"\([a-z]*\)\".*/\1/p" $lab/verify.json
}

chmod 644 $lab/west/ipsec.secrets
assert_status "verify, with secrets that others may read" 2 look verify.text verify
assert_ok "names them" grep -q "^FAIL files .*ipsec.secrets can be read by others" $lab/verify.text
chmod 600 $lab/west/ipsec.secrets
rm -f $lab/verify.json
assert_status "verify, with nothing wrong but what the lab has not" 1 look verify.json verify --json
cat $lab/verify.json
assert_eq "the kernel takes ESP" "$(verdict esp)" ok
assert_eq "and binds SAs to CPUs" "$(verdict per-cpu)" ok
assert_eq "pluto runs" "$(verdict running)" ok
assert_eq "and has its ports" "$(verdict port | tr '\n' ' ')" "ok ok "
assert_eq "forwarding" "$(verdict forwarding)" ok
assert_eq "secrets" "$(verdict secrets)" ok
assert_ok "the device towards the peer is looked at" grep -q '"area":"eth1","check":"queues"' \
	$lab/verify.json
assert_ok "the last line counts" sh -c "tail -n 1 $lab/verify.json |
	grep -q '^{\"result\":1,\"ok\":[0-9]*,\"warn\":[0-9]*,\"fail\":0}$'"
finish
assert_status "without pluto" 33 look cpus.none cpus --once
