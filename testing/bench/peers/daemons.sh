# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# daemons.sh: what peers.sh measures. Of each daemon there are
#
#   DAEMON_start HOST                  without connections
#   DAEMON_load HOST COUNT add|start   so many of them, which answer, or begin when they are there
#
# All have the same algorithms, no updown, no measures against floods, and the log that they have
# when nothing else is said.

# numbers COUNT: a line "N A B" for each tunnel; west's net is 10.A.B.0/24
numbers() {
	seq 0 $(($1 - 1)) | awk '{ print $1, 10 + int($1 / 250), $1 % 250 }'
}

# conns COUNT AUTO: as Cygnet and libreswan both have them
conns() {
	numbers "$1" | awk -v auto="$2" '{
		printf "\nconn t%d\n    left=192.1.2.45\n    right=192.1.2.23\n", $1
		printf "    leftid=@west%d\n    rightid=@east\n    authby=secret\n", $1
		printf "    leftsubnet=10.%d.%d.0/24\n    rightsubnet=10.200.0.0/16\n", $2, $3
		printf "    ike=aes_gcm256-sha2_256-dh31\n    esp=aes_gcm256\n    pfs=no\n"
		printf "    leftupdown=%%disabled\n    rightupdown=%%disabled\n    auto=%s\n", auto
	}'
}

any_secret() {
	(umask 077 && echo ": PSK \"$psk\"" >"$lab/$1/ipsec.secrets")
}

# ---- Cygnet

cygnet_start() {
	any_secret "$1"
	# shellcheck disable=SC2034 # conf takes it
	setup_option=ddos-mode=unlimited
	: | conf "$1"
	start "$1"
}

cygnet_load() {
	cp "$lab/$1/ipsec.conf" "$lab/$1/all.conf"
	conns "$2" "$3" >>"$lab/$1/all.conf"
	on "$1" "$bin/addconn" --config "$lab/$1/all.conf" --rundir "$lab/$1" --autoall
}

# ---- libreswan

libreswan_start() (
	# shellcheck source=testing/interop/libreswan.sh
	. ../interop/libreswan.sh
	# shellcheck disable=SC2317 # peer_start calls it
	loaded() {
		peer_whack --status
	}
	peer_host=$1
	any_secret "$1"
	echo "    ddos-mode=unlimited" | peer_conf
	peer_start
)

libreswan_load() (
	# shellcheck source=testing/interop/libreswan.sh
	. ../interop/libreswan.sh
	peer_host=$1
	cp "$lab/$1/peer.conf" "$lab/$1/all.conf"
	conns "$2" "$3" >>"$lab/$1/all.conf"
	peer $libreswan/addconn --config "$lab/$1/all.conf" --ctlsocket "$lab/$1/pluto.ctl" --autoall
)

# ---- strongSwan

strongswan_start() (
	# shellcheck source=testing/interop/strongswan.sh
	. ../interop/strongswan.sh
	peer_host=$1
	swan_log=
	swan_charon="dos_protection = no; install_routes = no"
	swan_settings
	printf 'secrets {\n ike {\n secret = %s\n }\n}\n' "$psk" >"$lab/$1/swanctl.conf"
	peer_start
)

# swan_conns HOST COUNT ACTION
swan_conns() {
	echo "connections {"
	numbers "$2" | awk -v host="$1" -v action="$3" '
		function side(name, id, net) {
			ends = ends sprintf(" %s {\n  auth = psk\n  id = %s\n }\n", name, id)
			nets = nets sprintf("   %s_ts = %s\n", name, net)
		}
		{
			west = host == "west"
			ends = nets = ""
			side(west ? "local" : "remote", "@west" $1, "10." $2 "." $3 ".0/24")
			side(west ? "remote" : "local", "@east", "10.200.0.0/16")
			printf "t%d {\n version = 2\n mobike = no\n", $1
			printf " local_addrs = 192.1.2.%d\n remote_addrs = 192.1.2.%d\n", \
				west ? 45 : 23, west ? 23 : 45
			printf " proposals = aes256gcm16-prfsha256-x25519\n%s", ends
			printf " children {\n  c%d {\n   esp_proposals = aes256gcm16\n%s", $1, nets
			printf "   start_action = %s\n  }\n }\n}\n", action
		}'
	echo "}"
}

strongswan_load() (
	# shellcheck source=testing/interop/strongswan.sh
	. ../interop/strongswan.sh
	peer_host=$1
	action=none
	[ "$3" = add ] || action=start
	swan_conns "$1" "$2" $action >"$lab/$1/all.conf"
	swanctl --load-conns --file "$lab/$1/all.conf"
)
