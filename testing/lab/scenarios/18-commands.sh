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

# What is shown is what the kernel has.
spi_shown() {
	ipsec west trafficstatus --json | grep -F "\"name\":\"westnet-eastnet-$1\"" |
		sed -n 's/.*"spi_out":"\([0-9a-f]*\)".*/0x\1/p'
}
for number in 0 1 2; do
	cpu=$([ $number = 0 ] && echo - || echo $((number - 1)))
	assert_eq "SPI of clone $number" "$(spi_shown $number)" "$(outbound west "cpu=$cpu ")"
done
net_ping 1 >/dev/null
# The answers come in on the clone that east's CPU 1 has.
assert_eq "clone 2 in showstates" "$(ipsec west showstates | sed -n -e 's/ in=[0-9]*//' \
	-e 's/^000 "westnet-eastnet-2":   #[0-9]*: \(.*\) age .*/\1/p')" \
	"CPU 1; initiator; packets out=2;"
assert_eq "lines of the set" "$(ipsec west showstates | grep '"westnet-eastnet":   clones:')" \
	'000 "westnet-eastnet":   clones: wanted 2; up 2; spare 0; refused 0;'
outbound west >$lab/west.outbound
before=$(spi_shown 2)
assert_ok "rekey of one member" rekey west child westnet-eastnet-2
wait_for "another SPI for it" 10 is kept west = 2
assert_fails "clone 2 kept its SPI" [ "$before" = "$(spi_shown 2)" ]
set_is_up west 2

assert_ok "delete" ipsec west auto --delete westnet-eastnet
set_is_gone west
set_is_gone east
assert_status "up after delete" 21 up west westnet-eastnet
assert_ok "add" ipsec west auto --add westnet-eastnet
assert_ok "up after add" up west westnet-eastnet
set_is_up west 2
finish
