# SPDX-License-Identifier: GPL-2.0-or-later
scenario "no packet is lost while the clones form"

need_cpus 4
both net_conn clones=4
start_both
for cpu in 0 1 2 3; do
	on west taskset -c $cpu ping -n -c 60 -i 0.1 -W 5 -I 192.0.1.254 192.0.2.254 \
		>$lab/ping.$cpu 2>&1 &
done
up west westnet-eastnet
wait
set_is_up west 4

# Those sent before the head was there get lost; from the first answer on, none may.
for cpu in 0 1 2 3; do
	assert_eq "CPU $cpu: lost after its first answer" "$(awk '
		/ bytes from / {
			split($0, part, "icmp_seq=")
			seq = part[2] + 0
			if (answered && seq != last + 1)
				lost += seq - last - 1
			answered++
			last = seq
		}
		END { print answered ? lost + 60 - last : "all" }' $lab/ping.$cpu)" 0
done
finish
