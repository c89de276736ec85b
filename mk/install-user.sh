#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install-user.sh USER SYSUSERS: makes the user that pluto runs as, where there is none, and tells
# systemd, where it runs, that there is a service.
set -eu
user=$1
sysusers=$2

if ! getent passwd "$user" >/dev/null; then
	if command -v systemd-sysusers >/dev/null; then
		systemd-sysusers "$sysusers"
	else
		useradd --system --user-group --no-create-home --home-dir / \
			--shell /usr/sbin/nologin "$user"
	fi
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
