#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# instructions.sh HANDSHAKE FILE: counts the instructions of one of each case, and writes them to
# FILE as JSON. What does not belong to it (start, loading) is the same for two counts of tunnels but
# for what is loaded, which is counted by a run that only loads.
set -eu

program=$1 file=$2
few=20 many=60
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# count CASE NUMBER [--load]: "ALL IN_NSS" of that many
count() {
	valgrind --tool=callgrind --callgrind-out-file="$dir/out" "$program" --once "$@" \
		>"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
	callgrind_annotate --threshold=100 "$dir/out" | awk '
		/\[.*\]$/ {
			n = $1
			gsub(",", "", n)
			all += n
			if ($0 ~ /lib(freebl|freeblpriv|softokn|nss|nssutil|nspr|plds|plc)[0-9]*\.so/)
				nss += n
		}
		END { printf "%d %d\n", all, nss }'
}

# each CASE: what one more of it costs
each() {
	set -- "$1" $(count "$1" $few) $(count "$1" $many) $(count "$1" $few --load) \
		$(count "$1" $many --load)
	awk -v name="$1" -v a="$2" -v an="$3" -v b="$4" -v bn="$5" -v c="$6" -v cn="$7" -v d="$8" \
		-v dn="$9" -v n=$((many - few)) 'BEGIN {
			all = ((b - a) - (d - c)) / n
			nss = ((bn - an) - (dn - cn)) / n
			printf "{\"case\": \"%s\", \"instructions\": %.0f, \"in_nss\": %.0f, \"outside\": %.0f}",
				name, all, nss, all - nss
		}'
}

{
	echo "["
	separator=
	for name in X25519 "16 clones" "Child rekey" "IKE rekey" delete; do
		printf '%s%s\n' "$separator" "$(each "$name")"
		separator=,
	done
	echo "]"
} >"$file.part"
mv "$file.part" "$file"
