# SPDX-License-Identifier: GPL-2.0-or-later
scenario "pluto runs unprivileged with two capabilities; the keeper has no network socket"

both net_conn clones=2
start_both
up west westnet-eastnet
keeper=$(keeper west)
worker=$(worker west)

# status_of PID FIELD: what /proc says, blanks made one
status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '\t' ' '
}
# cap_net_bind_service is bit 10, cap_net_admin bit 12
two_capabilities=0000000000001400
assert_eq "pluto's uids" "$(status_of "$worker" Uid)" "$user $user $user $user"
assert_eq "pluto's supplementary groups" "$(status_of "$worker" Groups | tr -d ' ')" ""
for set in CapPrm CapEff; do
	assert_eq "pluto's $set" "$(status_of "$worker" $set)" $two_capabilities
done
# Nothing can ever be added, by no program it might be made to run.
for set in CapInh CapBnd CapAmb; do
	assert_eq "pluto's $set" "$(status_of "$worker" $set)" 0000000000000000
done
assert_eq "pluto's NoNewPrivs" "$(status_of "$worker" NoNewPrivs)" 1
assert_eq "the keeper's uids" "$(status_of "$keeper" Uid)" "0 0 0 0"

# network_sockets PID: how many of its descriptors are UDP, TCP or raw sockets
network_sockets() {
	for fd in /proc/"$1"/fd/*; do
		readlink "$fd"
	done | sed -n 's/^socket:\[\(.*\)\]$/\1/p' >$lab/inodes
	cat /proc/"$1"/net/udp /proc/"$1"/net/udp6 /proc/"$1"/net/tcp /proc/"$1"/net/tcp6 \
		/proc/"$1"/net/raw /proc/"$1"/net/raw6 | awk '{ print $10 }' |
		grep -c -x -F -f $lab/inodes || :
}
assert_eq "the keeper's UDP, TCP and raw sockets" "$(network_sockets "$keeper")" 0
assert_fails "pluto has some" [ "$(network_sockets "$worker")" = 0 ]
assert_eq "mode of the control socket" "$(stat -c %a $lab/west/pluto.ctl)" 600
assert_fails "an unprivileged user gets no answer" on west setpriv --reuid $user --clear-groups \
	--regid $user "$bin/whack" --rundir $lab/west --status
finish
