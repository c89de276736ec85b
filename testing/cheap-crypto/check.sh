#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh BUILD: the provider that is no cryptography is in the simulation for sizes, and in
# nothing that could be installed or that programs are linked with.
set -eu

words='NO CRYPTOGRAPHY: this program is for simulations only'
grep -qF "$words" "$1/bin/sim-size" || {
	echo "check: $1/bin/sim-size has no cheap provider: this check looks for the wrong thing" >&2
	exit 1
}
for file in "$1"/bin/pluto "$1"/bin/whack "$1"/bin/addconn "$1"/bin/sim "$1"/lib/*.a; do
	! grep -qF "$words" "$file" || {
		echo "check: $file has the provider that is no cryptography" >&2
		exit 1
	}
done
