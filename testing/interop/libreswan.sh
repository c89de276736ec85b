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
	} >$lab/$peer_host/peer.conf
	mkdir -p $lab/$peer_host/peer.nss $lab/$peer_host/peer.d
	[ -e $lab/$peer_host/peer.nss/key4.db ] ||
		peer certutil -N -d sql:$lab/$peer_host/peer.nss --empty-password
}

peer_whack() {
	peer $libreswan/whack --rundir $lab/$peer_host "$@"
}

loaded() {
	peer_whack --status | grep -qF "\"$name\":"
}

peer_start() {
	peer_background $libreswan/pluto --nofork --stderrlog --config $lab/$peer_host/peer.conf \
		--rundir $lab/$peer_host --secretsfile $lab/$peer_host/ipsec.secrets \
		--ipsecdir $lab/$peer_host/peer.d --nssdir $lab/$peer_host/peer.nss
	wait_for "libreswan has its connection" 60 loaded
}

peer_stop() {
	peer_whack --shutdown
	wait $peer_pid || :
}

peer_up() {
	peer timeout 60 \
		$libreswan/whack --rundir $lab/$peer_host --initiate --name $name
}

peer_down() {
	peer_whack --terminate --name $name
}

peer_rekey() {
	peer_whack --rekey-"$1" --name $name
}
