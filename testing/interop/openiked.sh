# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# openiked.sh: OpenIKED's iked. It has no command for a rekey or for bringing up one connection:
# what it is to do by itself stands in its configuration.

# peer_conf active|passive [ALGORITHMS [LIFETIMES]]: in its words
peer_conf() {
	cat >$lab/east/iked.conf <<-EOF
		set nofragmentation
		ikev2 "$name" $1 esp \\
		    from 192.0.2.0/24 to 192.0.1.0/24 \\
		    local 192.1.2.23 peer 192.1.2.45 ${2:-} \\
		    srcid "east" dstid "west" ${3:-} \\
		    psk "$psk"
	EOF
	chmod 600 $lab/east/iked.conf
}

ikectl() {
	peer ikectl -s $lab/east/iked.sock "$@"
}

# It makes the kernel look for a module for each algorithm that there could be: half a minute in an
# emulated guest, where none of them is needed.
peer_start() {
	if [ -d /ctl ]; then
		modprobe af_key
		echo >/proc/sys/kernel/modprobe
	fi
	peer_background iked -d -v -f $lab/east/iked.conf -s $lab/east/iked.sock
	wait_for "OpenIKED answers" 60 ikectl show sa
}

peer_stop() {
	peer_kill
}

peer_down() {
	ikectl reset id FQDN/west
}
