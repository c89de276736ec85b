# SPDX-License-Identifier: GPL-2.0-or-later
scenario "2019's kernel: heads, clones and their slots are as the XFRM backend takes them to be"

. ../kernel-2019/lib.sh

for lookup in 0 1; do
	plain_lookup $lookup
	"$bin/xfrm-check" pcpu-2 || fail "exit status $?"
done
