# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# lib.sh: what the scenarios of this ring are written with, beside testing/lab/lib.sh.

# shellcheck disable=SC2034 # the lab's functions have them
setup_option=pcpu-abi=pcpu-2
# shellcheck disable=SC2034
dump_option=--pcpu-2

# plain_lookup 0|1: whether the kernel finds a clone for who does not say that it is one, which the
# first prototype did not
plain_lookup() {
	echo "$1" >/sys/module/xfrm_user/parameters/pcpu_plain_lookup
	echo "# pcpu_plain_lookup=$1"
}

# slots_are_up HOST N: a head and a clone for each of N CPUs send, and there is nothing that should
# not be; inbound all are the same to this kernel
slots_are_up() {
	wait_for "$1 has $((2 * ($2 + 1))) SAs" 15 is sas_of "$1" = $((2 * ($2 + 1)))
	assert_eq "$1: CPUs of the outbound SAs" "$(cpus_of "$1" out)" "$(cpu_list "$2")"
	assert_eq "$1: SAs that are neither head nor clone" "$(count "$1" "sa dir=-")" $(($2 + 1))
	assert_eq "$1: policies" "$(policies_of "$1")" 3
	assert_eq "$1: reqids" "$(reqids_of "$1")" 1
}
