#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails when a file includes a header of a room that its own room may not see.
# A room is a library of lib/ (with its public headers in include/), a part of lib/ike,
# or a program. Each row of `allowed`: room: the rooms it may include besides itself.
set -eu
cd "$(dirname "$0")/.."

allowed() {
	cat <<-'EOF'
	base:
	net: base
	nic: net base
	crypto: base
	wire: net base
	conf: net base crypto/names
	control: base
	ike: wire conf net crypto base
	ike/conn: ike wire conf net crypto base
	ike/sa: ike ike/conn wire conf net crypto base
	ike/auth: ike ike/conn ike/sa wire conf net crypto base
	ike/exchange: ike ike/conn ike/sa ike/auth wire conf net crypto base
	ike/clone: ike base
	ike/engine: ike ike/conn ike/sa ike/auth ike/exchange ike/clone wire conf net crypto base
	pluto: ike control wire conf nic net crypto base
	client: control base
	facts: base
	verify: client facts pluto ike control wire conf nic net crypto base
	cpuview: client facts nic control base
	whack: client control conf nic net crypto/names base
	addconn: client control conf net crypto/names base
	EOF
}

room() {
	case $1 in
	lib/ike/*/*) p=${1#lib/ike/}; echo "ike/${p%%/*}" ;;
	include/*/* | lib/*/* | programs/*/*) p=${1#*/}; echo "${p%%/*}" ;;
	esac
}

target() { # the room that owns the included name
	case $1 in
	ike/*/*) p=${1#ike/}; echo "ike/${p%%/*}" ;;
	crypto/names.h) echo crypto/names ;;
	*/*) echo "${1%%/*}" ;;
	*) echo "" ;;
	esac
}

rules=$(allowed)
bad=0
for file in $(find include lib programs -name '*.[ch]' | sort); do
	own=$(room "$file")
	may=" $own crypto/names-of-$own $(printf '%s\n' "$rules" | sed -n "s|^$own:||p") "
	case $may in *" crypto "*) may="$may crypto/names " ;; esac
	[ "$own" = crypto ] && may="$may crypto/names "
	for name in $(sed -n 's/^#[[:space:]]*include "\([^"]*\)".*/\1/p' "$file"); do
		to=$(target "$name")
		[ -n "$to" ] || continue
		case $may in
		*" $to "*) ;;
		*) echo "$file: $own may not include $name ($to)" >&2; bad=1 ;;
		esac
	done
done
exit $bad
