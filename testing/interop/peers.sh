#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# peers.sh: makes the tree that the other daemons run in, once: a small Debian of a suite that has
# them new enough, from the machine's own mirror. Prints its folder. Cygnet can be built in it too
# (younger.sh).
#
# CYGNET_PEERS_SUITE  the suite
# CYGNET_CACHE        where trees are kept
#
# A folder in the cache is complete or not there: it is made under another name and renamed. It is
# used as long as it is there; to get newer peers, remove it.
set -eu

suite=${CYGNET_PEERS_SUITE:-testing}
cache=${CYGNET_CACHE:-/var/cache/cygnet}
here=$(cd "$(dirname "$0")" && pwd)
# per-CPU SAs came with it
strongswan_needed=6.0.2

say() {
	echo "peers.sh: $*" >&2
}

give_up() {
	say "$*"
	exit 1
}

# The mirror of the machine's own Debian sources; third parties' have another label.
own_mirror() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' \
		'Component: main' | head -n 1
}

# logged CMD...: its output is for who has to find out
logged() {
	"$@" >>"$new/log" 2>&1 || give_up "FAILED: $*: $(grep '^E: ' "$new/log" | tail -n 1)"
}

inside() {
	chroot "$new/tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive http_proxy="${http_proxy:-}" \
		https_proxy="${https_proxy:-}" "$@" </dev/null
}

# field PACKAGE NAME: of what apt would install
field() {
	inside apt-cache show --no-all-versions "$1" | sed -n "s/^$2: //p"
}

# The libraries that PACKAGE depends on
libraries_of() {
	field "$1" Depends | tr ',' '\n' | grep -E '^ *lib' | paste -s -d ,
}

# libreswan's package conflicts with strongSwan's, but only over names that we do not use: so it is
# unpacked, not installed.
install_peers() {
	logged inside apt-get -q update
	if ! dpkg --compare-versions "$(field strongswan-swanctl Version)" ge $strongswan_needed; then
		give_up "$suite has no strongSwan $strongswan_needed"
	fi
	logged inside apt-get -q -y --no-install-recommends install charon-systemd \
		strongswan-swanctl openiked libnss3-tools
	logged inside apt-get -q -y --no-install-recommends satisfy "$(libraries_of libreswan)"
	logged inside sh -c 'cd /tmp && apt-get -q -o APT::Sandbox::User=root download libreswan &&
		dpkg -x libreswan_*.deb / && dpkg-deb -f libreswan_*.deb Version >/libreswan.version'
	# shellcheck disable=SC2046 # names have no blanks
	logged inside apt-get -q -y --no-install-recommends install $(
		sed -e 's/#.*//' "$here/../../mk/packages/build" "$here/../../mk/packages/unit")
	mkdir "$new/tree/cygnet" "$new/tree/build"
	inside sh -c 'dpkg-query -W -f "\${Package} \${Version}\n" strongswan-swanctl openiked &&
		echo "libreswan $(cat /libreswan.version)"' >"$new/tree/peers"
}

# What an installed tree has that nobody needs to run it.
trim() {
	rm -rf "$new"/tree/var/cache/apt/*.bin "$new"/tree/var/cache/apt/archives/*.deb \
		"$new"/tree/var/lib/apt/lists/* "$new"/tree/tmp/* "$new"/tree/usr/share/doc \
		"$new"/tree/usr/share/locale "$new"/tree/usr/share/man "$new"/tree/libreswan.version
}

# In a mount namespace of its own, so that nothing stays mounted whatever happens.
make_tree() {
	say "making a Debian $suite from $mirror: about a minute, once"
	logged timeout -k 10 1200 debootstrap --variant=minbase "$suite" "$new/tree" "$mirror"
	apt-config dump | grep -E '^Acquire::(Check-Valid-Until|[a-z]+::Proxy)' \
		>"$new/tree/etc/apt/apt.conf.d/own" || :
	mount -t proc proc "$new/tree/proc"
	mount -t tmpfs -o mode=755 tmpfs "$new/tree/run"
	say "installing the peers"
	install_peers
	trim
}

# The name tells when it must be made again: another suite, or made another way.
key=peers-$suite@$(cat "$here/peers.sh" "$here"/../../mk/packages/build "$here"/../../mk/packages/unit |
	cksum | tr ' ' -)

if [ "${1:-}" = inside ]; then
	new=$2
	mirror=$3
	make_tree
	exit
fi

mkdir -p "$cache"
exec 9>"$cache/peers.lock"
if ! flock -n 9; then
	say "waiting for another run to finish making its tree"
	flock 9
fi
if [ ! -f "$cache/$key/peers" ]; then
	rm -rf --one-file-system "$cache"/new-peers.*
	mirror=$(own_mirror)
	[ -n "$mirror" ] || give_up "needs a Debian mirror: this machine's apt sources name none"
	new=$(mktemp -d "$cache/new-peers.XXXXXX")
	trap 'rm -rf --one-file-system "$new"' EXIT
	trap 'exit 130' HUP INT TERM
	setpriv --pdeathsig KILL unshare -mpf --kill-child --propagation private \
		"$here/peers.sh" inside "$new" "$mirror" 9>&- &
	wait $!
	rm -rf --one-file-system "${cache:?}/peers-$suite@"*
	mv -T "$new/tree" "$cache/$key"
fi
echo "$cache/$key"
