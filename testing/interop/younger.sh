#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# younger.sh TARGET...: makes these in the peers' Debian, which is younger: its NSS has what this
# machine's need not have. What is built stays in the peers folder of the build folder.
#
# CYGNET_BUILD  the build folder
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
build=${CYGNET_BUILD:-$tree/build}/peers

give_up() {
	echo "younger.sh: $*" >&2
	exit 125
}

# In a mount namespace of its own; the work tree is not written to. Its cmocka has newer names for what
# the older one has too.
if [ "${1:-}" = inside ]; then
	root=$2
	shift 2
	mount --bind "$root" "$root"
	mount --bind -o ro "$tree" "$root/cygnet"
	mount --bind "$build" "$root/build"
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	mount --rbind /dev "$root/dev"
	exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		make -C /cygnet -j"$(nproc)" BUILD=/build XDP=no \
		CFLAGS="-O2 -g -Wno-deprecated-declarations" "$@" </dev/null
fi

if [ "$(id -u)" -ne 0 ]; then
	sudo -n true 2>/dev/null || give_up "needs root: run this as root or through sudo"
	# shellcheck disable=SC2046 # none of these values has blanks but by ill will
	exec sudo -n env $(env | grep '^CYGNET_') "$0" "$@"
fi
"$tree/mk/need.sh" interop || give_up "its packages are missing"
peers=$("$tree/testing/interop/peers.sh") || give_up "there is no tree with the peers"
mkdir -p "$build"
setpriv --pdeathsig KILL unshare -mpf --kill-child --propagation private \
	"$0" inside "$peers" "$@" &
wait $!
