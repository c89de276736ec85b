#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh [--if-there]: builds a kernel with the per-CPU SAs of 2019 for the guest, once, from
# Debian's package of Linux 6.1's source and pcpu-2.patch, and one without the patch. Takes some 12
# minutes of a CPU and 2 GB of disk, which it gives back. Prints its folder, as
# testing/lab/guest/kernel.sh does; that of the other one is the folder unpatched in it. With
# --if-there it builds nothing, and prints nothing when there is none.
#
# CYGNET_CACHE  where kernels are kept
# CYGNET_JOBS   how many compilers run at once, politely; default: one for each CPU
set -eu

here=$(cd "$(dirname "$0")" && pwd)
guest=$here/../lab/guest
cache=${CYGNET_CACHE:-/var/cache/cygnet}
package=linux-source-6.1
jobs=${CYGNET_JOBS:-$(nproc)}

say() {
	echo "kernel-2019: $*" >&2
}

fail() {
	say "$*"
	if [ -f "$new/log" ]; then
		tail -n 5 "$new/log" | cut -c1-200 >&2
	fi
	exit 1
}

polite() {
	nice -n 19 "$@" >>"$new/log" 2>&1
}

get_source() {
	cd "$new"
	apt-get -q -o APT::Sandbox::User=root download $package >>log 2>&1 ||
		fail "the machine's package sources have no $package, which is Debian 12's"
	dpkg -x ./$package*.deb unpacked
	# Kconfig reads the rest, the documentation too.
	polite tar -xf unpacked/usr/src/$package.tar.xz --exclude="$package/drivers/gpu/drm/amd/include" \
		--exclude="$package/arch/arm*/boot" --exclude="$package/tools/testing"
	rm -r unpacked ./$package*.deb
	cd $package
}

configure() {
	polite make -s O=../object tinyconfig
	polite scripts/kconfig/merge_config.sh -m -O ../object ../object/.config "$here/kernel.config"
	polite make -s O=../object olddefconfig
	grep '=y$' "$here/kernel.config" | while read -r line; do
		grep -qx "$line" ../object/.config || fail "the kernel cannot have $line"
	done
}

# build FOLDER: the kernel for it. Nothing is a module, but the guest wants that folder.
build() {
	polite make -s O=../object -j"$jobs" vmlinux || fail "it does not build"
	mkdir -p "$1/lib/modules/$(cat ../object/include/config/kernel.release)"
	strip -o "$1/vmlinuz" ../object/vmlinux
	"$guest/initramfs.sh" "$1/initramfs.gz"
}

put() {
	rm -rf "$cache"/kernel-2019@*
	mv -T "$new/kernel" "$cache/$key"
}

key=kernel-2019@$(cat "$here/pcpu-2.patch" "$here/kernel.config" | cksum | tr ' ' -)
key=$key-$("$guest/initramfs.sh" --key)
if [ ! -f "$cache/$key/unpatched/vmlinuz" ]; then
	[ "${1:-}" != --if-there ] || exit 0
	mkdir -p "$cache"
	exec 9>"$cache/kernel-2019.lock"
	flock 9
	rm -rf "$cache"/building-2019.*
	new=$(mktemp -d "$cache/building-2019.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	trap 'exit 130' HUP INT TERM
	say "building the kernel, which takes some minutes"
	get_source
	configure
	build "$new/kernel/unpatched"
	polite patch -p1 -i "$here/pcpu-2.patch" || fail "the patch does not fit this $package"
	build "$new/kernel"
	put
fi
echo "$cache/$key"
