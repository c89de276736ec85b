# SPDX-License-Identifier: GPL-2.0-or-later
scenario "pcpu-abi=pcpu-2 on a kernel that is none of 2019's: the daemon says so and does not start"

setup_option=pcpu-abi=pcpu-2
both net_conn clones=2
assert_fails "start" start west
assert_ok "it says why" grep -qF "pcpu-abi=pcpu-2: this kernel has no per-CPU SAs as in 2019" \
	$lab/west/pluto.log
assert_eq "its socket" "$(ls $lab/west/pluto.ctl 2>/dev/null)" ""
# The probe goes from the loopback address to itself.
kernel_is_empty west

rm $lab/west/pluto.log
setup_option=
both net_conn clones=2
start_both
assert_ok "up without it" up west westnet-eastnet
set_is_up west 2
finish
