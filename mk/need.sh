#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# need.sh PURPOSE...: installs what is missing of the packages listed in mk/packages/PURPOSE.
# Silent, without root and without network when nothing is missing.
set -eu

purposes=$*
cd "$(dirname "$0")/packages"

give_up() {
	echo "need.sh: missing packages: $missing; $1" >&2
	exit 1
}

# names FILE...: the packages that the lists name
names() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"
}

# not_installed FILE...: those of them that dpkg does not know as installed, in one line
not_installed() {
	# shellcheck disable=SC2046 # names have no blanks
	{
		dpkg-query -W \
			-f 'has ${Package} ${db:Status-Status}\n' $(names "$@") 2>/dev/null || :
		names "$@"
	} | awk '$1 == "has" { if ($3 == "installed") seen[$2] = 1; next }
		!seen[$1]++ { printf "%s%s", blank, $1; blank = " " }'
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		"$@" </dev/null >>"$log" 2>&1
}

# shellcheck disable=SC2086 # $missing is a list
install_missing() {
	if [ -z "$(find /var/lib/apt/lists -name '*Packages*' 2>/dev/null)" ]; then
		apt update || :
	fi
	apt install --no-install-recommends $missing && return 0
	apt update && apt install --no-install-recommends $missing
}

for purpose in "$@"; do
	if [ ! -f "$purpose" ]; then
		echo "need.sh: '$purpose' is none of: $(echo *)" >&2
		exit 2
	fi
done
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	missing=$(names "$@" | tr '\n' ' ')
	give_up "this is not a Debian, so install by hand what corresponds to them"
fi
missing=$(not_installed "$@")
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
	give_up "run this as root or through sudo, or first run: apt-get install $missing"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' HUP INT TERM
echo "installing for $purposes: $missing"
install_missing || give_up "apt-get says: $(sed -n 's/^E: //p' "$log" | tail -n 1)"
