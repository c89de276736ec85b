# SPDX-License-Identifier: GPL-2.0-or-later
scenario "the same on demand, from the first packet after the head is up"

# shellcheck disable=SC2034 # for everything.sh
mode="clone-mode=ondemand clone-idle=60s"
. ./everything.sh
