# SPDX-License-Identifier: GPL-2.0-or-later
scenario "the kernel does what the XFRM backend takes it to do"

"$bin/xfrm-check" || fail "exit status $?"
