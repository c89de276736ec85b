# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# strongswan.sh: charon, led by swanctl.
#
# A scenario may set before it says swan_conf:
#   swan_conn, swan_child  more lines of the connection and of its child, parted by ;
#   swan_log, swan_charon  more lines of its log's settings and of the daemon's, likewise
swan_conn=
swan_child=
swan_log="flush_line = yes; knl = 2; chd = 2"
swan_charon=
swan_local=192.1.2.23
swan_remote=192.1.2.45

# what a child has in transport mode
swan_transport="mode = transport; local_ts = dynamic; remote_ts = dynamic"

lines() {
	echo "$1" | tr ';' '\n'
}

swan_settings() {
	cat >$lab/$peer_host/strongswan.conf <<-EOF
		swanctl {
		    load = random nonce openssl pem pkcs1 x509 pubkey
		}
		charon-systemd {
		    load = random nonce openssl pem pkcs1 x509 pubkey kernel-netlink socket-default vici
		    $(lines "$swan_charon")
		    journal {
		        default = -1
		    }
		    filelog {
		        peer {
		            path = $lab/$peer_host/peer.log
		            append = yes
		            default = 1
		            ike_name = yes
		            $(lines "$swan_log")
		        }
		    }
		    plugins {
		        vici {
		            socket = unix://$lab/$peer_host/charon.vici
		        }
		    }
		}
	EOF
}

swan_conf() {
	swan_settings
	cat >$lab/$peer_host/swanctl.conf <<-EOF
		connections {
		    west {
		        version = 2
		        local_addrs = $swan_local
		        remote_addrs = $swan_remote
		        local {
		            auth = psk
		            id = @east
		        }
		        remote {
		            auth = psk
		            id = @west
		        }
		        $(lines "$swan_conn")
		        children {
		            $name {
		                local_ts = 192.0.2.0/24
		                remote_ts = 192.0.1.0/24
		                $(lines "$swan_child")
		            }
		        }
		    }
		}
		secrets {
		    ike {
		        secret = $psk
		    }
		}
	EOF
}

swanctl() {
	command=$1
	shift
	peer env STRONGSWAN_CONF=$lab/$peer_host/strongswan.conf swanctl "$command" \
		--uri unix://$lab/$peer_host/charon.vici "$@"
}

peer_start() {
	peer_background env STRONGSWAN_CONF=$lab/$peer_host/strongswan.conf charon-systemd
	wait_for "strongSwan answers" 60 swanctl --stats
	assert_ok "strongSwan loads its configuration" \
		swanctl --load-all --noprompt --file $lab/$peer_host/swanctl.conf
}

peer_stop() {
	peer_kill
}

peer_up() {
	swanctl --initiate --child $name --timeout 60
}

peer_down() {
	swanctl --terminate --ike west --timeout 60
}

# child_ids CPU: of its Child SAs for that CPU
child_ids() {
	swanctl --list-sas --raw | tr '{' '\n' |
		sed -n "s/.* uniqueid=\([0-9]*\) .* cpu=$1 .*/\1/p"
}

peer_delete_clone() {
	for id in $(child_ids "$1"); do
		swanctl --terminate --child-id "$id" || return 1
	done
}

peer_rekey() {
	case $1 in
	child) swanctl --rekey --child $name ;;
	ike) swanctl --rekey --ike west ;;
	esac
}
