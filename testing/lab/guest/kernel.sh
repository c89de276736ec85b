#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh: gets the guest's kernel from the machine's own package sources into the cache, once.
# Prints the folder with vmlinuz, initramfs.gz and lib/modules/VERSION.
#
# CYGNET_KERNEL  a Debian package: an image, or a metapackage that depends on one; PACKAGE/SUITE is
#                that of another suite of the machine's own mirror, as in
#                linux-image-cloud-amd64/trixie-backports; or such a folder, by its full name
# CYGNET_CACHE   where kernels are kept
#
# A folder in the cache is complete or not there: it is made under another name and renamed.
set -eu

package=${CYGNET_KERNEL:-linux-image-6.12-cloud-amd64}
suite=
case $package in
/*)
	echo "$package"
	exit
	;;
*/*)
	suite=${package#*/}
	package=${package%%/*}
	;;
esac
cache=${CYGNET_CACHE:-/var/cache/cygnet}
here=$(cd "$(dirname "$0")" && pwd)

say() {
	echo "kernel.sh: $*" >&2
}

apt_options="-q -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=300"

# use_sources LINES: from now on apt looks into these sources only, in lists of our own
use_sources() {
	mkdir -p "$new/apt/lists/partial"
	echo "$1" >"$new/apt/sources.list"
	apt_options="$apt_options -o Dir::Etc::SourceList=$new/apt/sources.list"
	apt_options="$apt_options -o Dir::Etc::SourceParts=- -o Dir::State::Lists=$new/apt/lists"
	# shellcheck disable=SC2086 # a list of options
	apt-get $apt_options update >>"$new/log" 2>&1
}

# sources_of AWK: what AWK makes of "MIRROR SUITE" of the machine's own main suite
sources_of() {
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' \
		'Label: Debian' 'Component: main' |
		awk -v suite="$suite" '$2 !~ /-/ { sub("/$", "", $1); '"$1"'; exit }'
}

# security_sources: the security suite that belongs to it
security_sources() {
	sources_of 'print "deb " $1 "-security " $2 "-security main"'
}

# suite_sources: another suite of the same mirror
suite_sources() {
	sources_of 'print "deb " $1 " " suite " main"'
}

# depends PACKAGE PATTERN: the first of its dependencies that match
depends() {
	# shellcheck disable=SC2086
	apt-cache $apt_options depends "$1" 2>/dev/null |
		sed -n "s/^ *Depends: \($2.*\)/\1/p" | head -n 1
}

exists() {
	# shellcheck disable=SC2086
	apt-cache $apt_options show "$1" >/dev/null 2>&1
}

# images: the packages with kernel and modules that $package stands for, unsigned where there are
# such; may find none. Before Linux 7 that is one package.
images() {
	found=$(depends "$package" 'linux-image-[0-9]')
	found=${found:-$package}
	binary=$(depends "$found" 'linux-binary-')
	if [ -n "$binary" ]; then
		echo "$binary" "$(depends "$found" 'linux-modules-')" "$(depends "$found" 'linux-base-')"
	elif exists "$found-unsigned"; then
		echo "$found-unsigned"
	elif exists "$found"; then
		echo "$found"
	fi
}

find_image() {
	[ -z "$suite" ] || use_sources "$(suite_sources)" || :
	name=$(images)
	if [ -z "$name" ] && [ -z "$suite" ]; then
		# shellcheck disable=SC2086
		apt-get $apt_options update >>"$new/log" 2>&1 || :
		name=$(images)
	fi
	if [ -z "$name" ] && [ -z "$suite" ]; then
		use_sources "$(security_sources)" || :
		name=$(images)
	fi
	if [ -z "$name" ]; then
		say "the machine's package sources have no $package;" \
			"set CYGNET_KERNEL to a kernel package that they have"
		exit 1
	fi
}

download() {
	# shellcheck disable=SC2086
	if ! (cd "$new" && apt-get $apt_options download $name >>log 2>&1); then
		say "cannot download $name: $(sed -n 's/^E: //p' "$new/log" | tail -n 1)"
		exit 1
	fi
	for deb in "$new"/*.deb; do
		dpkg -x "$deb" "$new/unpacked"
	done
}

# The modules are uncompressed once here, which is much faster than in an emulated guest.
unpack() {
	modules=$new/unpacked/lib/modules
	[ -d "$modules" ] || modules=$new/unpacked/usr/lib/modules
	version=$(ls "$modules")
	image=$modules/$version/vmlinuz # since Linux 7
	[ -f "$image" ] || image=$new/unpacked/boot/vmlinuz-$version
	mkdir -p "$new/kernel/lib"
	mv "$image" "$new/kernel/vmlinuz"
	mv "$modules" "$new/kernel/lib/modules"
	find "$new/kernel/lib/modules" -name '*.ko.xz' -exec xz -d -T 1 {} +
	depmod -b "$new/kernel" "$version"
}

mkdir -p "$cache"
exec 9>"$cache/lock"
if ! flock -n 9; then
	say "waiting for another run to finish getting its kernel"
	flock 9
fi
kind=$package${suite:+@$suite}
key=$kind@$("$here/initramfs.sh" --key)
if [ ! -f "$cache/$key/vmlinuz" ]; then
	rm -rf "$cache"/new.*
	new=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	trap 'exit 130' HUP INT TERM
	find_image
	say "getting $name"
	download
	say "unpacking it"
	unpack
	"$here/initramfs.sh" "$new/kernel/initramfs.gz" \
		"$new/kernel/lib/modules/$version/kernel/fs/overlayfs/overlay.ko"
	rm -rf "${cache:?}/$kind@"[0-9]*
	mv -T "$new/kernel" "$cache/$key"
fi
echo "$cache/$key"
