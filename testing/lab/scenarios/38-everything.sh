# SPDX-License-Identifier: GPL-2.0-or-later
scenario "500 packets/s on each of four CPUs, both ways: rekeys of all SAs, a CPU away and back, a clone deleted; none is lost"

# shellcheck disable=SC2034 # for everything.sh
mode=
. ./everything.sh
