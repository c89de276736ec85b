#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-fresh.sh: proves that a Debian 12 with make and nothing else can run `make check-unit` and
# `make demo`: makes one from this machine's own package mirror, copies the work tree in, runs both.
# Mounts and processes are private and end with it; its folder is removed.
set -eu

suite=bookworm
tree=$(cd "$(dirname "$0")/../.." && pwd)

say() {
	echo "check-fresh: $*"
}

give_up() {
	say "$*"
	exit 1
}

# step "WHAT" CMD...: CMD, with its output in the log and ticks while it takes long
step() {
	say "$1"
	shift
	began=$(date +%s)
	(while sleep 5; do say "... $(($(date +%s) - began)) s"; done) &
	ticker=$!
	result=0
	"$@" >"$work/log" 2>&1 || result=$?
	kill "$ticker" 2>/dev/null || :
	wait "$ticker" 2>/dev/null || :
	if [ $result -ne 0 ]; then
		tail -n 20 "$work/log"
		give_up "FAILED, exit status $result"
	fi
}

# The mirror of the machine's own Debian sources; third parties' have another label.
own_mirror() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' \
		'Component: main' | head -n 1
}

make_debian() {
	debootstrap --variant=minbase --include=make "$suite" "$root" "$mirror"
	apt-config dump | grep -E '^Acquire::[a-z]+::Proxy' >"$root/etc/apt/apt.conf.d/proxy" || :
}

# Bound on itself, so that the new root is a mount point, as namespaces inside want it.
mount_debian() {
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
	mount -t tmpfs tmpfs "$root/dev/shm"
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
}

# What git tracks, and what it would: not what was built.
copy_tree() {
	mkdir "$root/cygnet"
	cd "$tree"
	git -c safe.directory="$tree" ls-files -z --cached --others --exclude-standard \
		>"$work/files"
	tar -c --null --ignore-failed-read -T "$work/files" |
		tar -x -C "$root/cygnet" --no-same-owner
}

# inside TARGET: make TARGET in the fresh Debian; its output is the reader's
inside() {
	say "make $1"
	began=$(date +%s)
	result=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
		make -C /cygnet "$1" </dev/null || result=$?
	times="$times, make $1 $(($(date +%s) - began)) s"
	[ $result -eq 0 ] || give_up "FAILED: make $1, exit status $result"
}

rehearse() {
	root=$work/root
	started=$(date +%s)
	step "making a Debian 12 ($suite) from $mirror" make_debian
	times="Debian 12 $(($(date +%s) - started)) s"
	mount_debian
	step "copying the work tree" copy_tree
	inside check-unit
	inside demo
	say "passed in $(($(date +%s) - started)) s ($times)"
}

if [ "${1:-}" = inside ]; then
	work=$2
	mirror=$3
	rehearse
	exit
fi

if [ "$(id -u)" -ne 0 ]; then
	sudo -n true 2>/dev/null || give_up "needs root: run this as root or through sudo"
	exec sudo -n "$0"
fi
"$tree/mk/need.sh" fresh
mirror=$(own_mirror)
[ -n "$mirror" ] || give_up "needs a Debian mirror: this machine's apt sources name none"
work=$(mktemp -d /var/tmp/cygnet-fresh.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' HUP INT TERM
setpriv --pdeathsig KILL unshare -mpf --kill-child --propagation private \
	"$0" inside "$work" "$mirror" &
wait $!
