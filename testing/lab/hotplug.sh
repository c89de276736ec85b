# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# hotplug.sh: the last of four CPUs goes away and comes back. Sourced by scenarios after streams.sh.

last=3
switch=/sys/devices/system/cpu/cpu$last/online
[ "$CYGNET_LAB" = guest ] || skip "no CPU of this machine is switched off"
need_cpus 4
[ -w $switch ] || skip "CPU $last cannot be switched off here"
trap 'back; clean_up' EXIT

online() {
	echo "$1" >$switch
}

back() {
	online 1
}

# said LIST: both logs end with these CPUs being online
said() {
	for host in west east; do
		[ "$(sed -n 's/.*CPUs that are online now: //p' $lab/$host/pluto.log | tail -n 1)" = "$1" ] ||
			return 1
	done
}

# streams_back: those that were moved away go to the last CPU again
streams_back() {
	# shellcheck disable=SC2154 # set by stream_from
	for pid in $last_sender_west $last_sender_east; do
		assert_ok "its streams go there again" taskset -p -c $last "$pid"
	done
}
