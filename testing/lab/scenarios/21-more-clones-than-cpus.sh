# SPDX-License-Identifier: GPL-2.0-or-later
scenario "more clones than CPUs: a warning, and one clone per CPU"

cpus=$(nproc)
both net_conn clones=$((cpus + 2))
start_both
assert_ok "up" up west westnet-eastnet
set_is_up west "$cpus"
set_is_up east "$cpus"
finish
