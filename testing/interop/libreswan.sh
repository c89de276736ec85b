# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# libreswan.sh: libreswan's pluto, led by its whack. Its configuration has our words, so peer_conf
# takes a connection as conf does.

libreswan=/usr/libexec/ipsec

peer_conf() {
	{
		echo "config setup"
		cat
	} >$lab/east/peer.conf
	mkdir -p $lab/east/peer.nss $lab/east/peer.d
	[ -e $lab/east/peer.nss/key4.db ] ||
		peer certutil -N -d sql:$lab/east/peer.nss --empty-password
}

peer_whack() {
	peer $libreswan/whack --rundir $lab/east "$@"
}

loaded() {
	peer_whack --status | grep -qF "\"$name\":"
}

peer_start() {
	peer_background $libreswan/pluto --nofork --stderrlog --config $lab/east/peer.conf \
		--rundir $lab/east --secretsfile $lab/east/ipsec.secrets \
		--ipsecdir $lab/east/peer.d --nssdir $lab/east/peer.nss
	wait_for "libreswan has its connection" 60 loaded
}

peer_stop() {
	peer_whack --shutdown
	wait $peer_pid || :
}

peer_up() {
	peer timeout 60 \
		$libreswan/whack --rundir $lab/east --initiate --name $name
}

peer_down() {
	peer_whack --terminate --name $name
}

peer_rekey() {
	peer_whack --rekey-"$1" --name $name
}
