#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# initramfs.sh OUT [MODULE...]: the guest's first root: a static busybox, init, and the modules that
# it needs before it has the machine's own root.
# initramfs.sh --key: a name for its contents, by which it is known when it must be made again.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

if [ "$1" = --key ]; then
	cat "$here/init" /bin/busybox | cksum | tr ' ' -
	exit
fi
out=$1
shift
root=$(mktemp -d -t cygnet-initramfs.XXXXXX)
trap 'rm -rf "$root"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/ro" "$root/rw" "$root/new"
cp /bin/busybox "$root/bin/"
cp "$here/init" "$root/init"
chmod 755 "$root/init"
for module in "$@"; do
	cp "$module" "$root/"
done
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$out"
