#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# subst.sh NAME=VALUE...: copies standard input to standard output with each @NAME@ replaced.
set -eu
script=
for pair in "$@"; do
	value=$(printf '%s' "${pair#*=}" | sed 's/[\\&|]/\\&/g')
	script="$script;s|@${pair%%=*}@|$value|g"
done
exec sed "${script#;}"
