# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# lib.sh: what scenarios and the demo are written with. Sourced, inside testing/lab/run.
#
# A gateway is a network namespace with the daemon's files in /run/cygnet-lab/NAME:
#
#   192.0.1.0/24 --- west 192.1.2.45 ======== 192.1.2.23 east --- 192.0.2.0/24
#   2001:db8:0:1::/64     2001:db8:1:2::45    2001:db8:1:2::23    2001:db8:0:2::/64
#
# CYGNET_BUILD    the build folder
# CYGNET_RESULTS  where logs stay

bin=$CYGNET_BUILD/bin
lab=/run/cygnet-lab
psk=ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890
user=65534

# ---- the network

# link_up HOST ADDRESS ADDRESS6 INNER INNER6: the addresses of one gateway
link_up() {
	ip -n "$1" -batch - <<-EOF
		link set lo up
		addr add $2/24 dev eth1
		addr add $3/64 dev eth1 nodad
		link add eth0 type veth peer name net0
		addr add $4/24 dev eth0
		addr add $5/64 dev eth0 nodad
		link set net0 up
		link set eth0 up
		link set eth1 up
	EOF
}

# default_route HOST GATEWAY GATEWAY6: by a router that is not there, so nothing goes in the clear
default_route() {
	ip -n "$1" -batch - <<-EOF
		route add default via $2
		route add default via $3
	EOF
}

gw_up() {
	mkdir -p $lab
	chmod 755 $lab
	mkdir -m 1777 $lab/sanitizer
	ip -batch - <<-EOF
		netns add west
		netns add east
		link add eth1 netns west type veth peer name eth1 netns east
	EOF
	link_up west 192.1.2.45 2001:db8:1:2::45 192.0.1.254 2001:db8:0:1::254
	link_up east 192.1.2.23 2001:db8:1:2::23 192.0.2.254 2001:db8:0:2::254
	for gw in west east; do
		default_route $gw 192.1.2.254 2001:db8:1:2::254
		on $gw sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
		mkdir -p $lab/$gw/nss
		secret $gw $psk
	done
}

# Ends everything in the namespaces, by process id, and removes them; scenarios make nat and road.
gw_down() {
	for gw in west east nat road; do
		[ -e /run/netns/$gw ] || continue
		for pid in $(ip netns pids $gw); do
			kill -9 "$pid" 2>/dev/null || :
		done
		ip netns del $gw
	done
	rm -rf $lab
}

# on HOST CMD...: runs CMD in the host's network
on() {
	netns=$1
	shift
	nsenter --net="/run/netns/$netns" "$@"
}

# ---- the daemon and its files

# A line more for every `config setup`, and a word for every xfrm-dump; rings of other kernels set them.
setup_option=
dump_option=

# conf HOST: takes its connections from standard input
conf() {
	{
		cat <<-EOF
			config setup
			    logfile=$lab/$1/pluto.log
			    secretsfile=$lab/$1/ipsec.secrets
			    nssdir=$lab/$1/nss
			${setup_option:+    $setup_option}

		EOF
		cat
	} >"$lab/$1/ipsec.conf"
}

secret() {
	(umask 077 && echo "@east @west : PSK \"$2\"" >"$lab/$1/ipsec.secrets")
}

# the page's connection; more lines as arguments, which also replace its own
net_conn() {
	conn_of westnet-eastnet left=192.1.2.45 right=192.1.2.23 \
		leftsubnet=192.0.1.0/24 rightsubnet=192.0.2.0/24 "$@"
}

net6_conn() {
	conn_of westnet6-eastnet6 left=2001:db8:1:2::45 right=2001:db8:1:2::23 \
		leftsubnet=2001:db8:0:1::/64 rightsubnet=2001:db8:0:2::/64 "$@"
}

host_conn() {
	conn_of west-east left=192.1.2.45 right=192.1.2.23 "$@"
}

# conn_of NAME LINE...: a connection; of two lines with the same option the later one counts
conn_of() {
	echo "conn $1"
	shift
	printf '%s\n' leftid=@west rightid=@east authby=secret auto=add "$@" |
		awk -F= '{ line[$1] = $0; if (!seen[$1]++) order[++n] = $1 }
			END { for (i = 1; i <= n; i++) print "    " line[order[i]] }'
}

# both CMD...: CMD's output is the configuration of both ends
both() {
	"$@" | conf west
	"$@" | conf east
}

# ipsec HOST ARG...
ipsec() {
	gw=$1
	shift
	on "$gw" "$bin/ipsec" --config "$lab/$gw/ipsec.conf" --rundir "$lab/$gw" "$@"
}

# start HOST [OPTION...]: with more options for pluto
start() {
	host=$1
	shift
	ip netns exec "$host" "$bin/ipsec" --config "$lab/$host/ipsec.conf" --rundir "$lab/$host" \
		start --user "$user" "$@"
}

stop() {
	ipsec "$1" stop
}

start_both() {
	start west
	start east
}

# up HOST NAME: 124 when it takes more than a minute
up() {
	on "$1" timeout 60 "$bin/ipsec" --config "$lab/$1/ipsec.conf" --rundir "$lab/$1" \
		auto --up "$2"
}

down() {
	ipsec "$1" auto --down "$2"
}

# rekey HOST child|ike NAME
rekey() {
	ipsec "$1" whack --name "$3" --rekey-"$2"
}

# keeper HOST, worker HOST: process ids of the daemon's two processes
keeper() {
	cat "$lab/$1/pluto.pid"
}

worker() {
	awk -v keeper="$(keeper "$1")" '
		/^Name:/ { name = $2 }
		/^PPid:/ && $2 == keeper && name == "pluto" {
			split(FILENAME, path, "/")
			print path[3]
		}' \
		/proc/[0-9]*/status 2>/dev/null || :
}

# ---- facts

# dump HOST: the kernel's SAs and policies of HOST
dump() {
	on "$1" "$bin/xfrm-dump" ${dump_option:+"$dump_option"}
}

# count HOST WORD...: how many SAs or policies have all the WORDs in their line
count() {
	dump "$1" >$lab/dump
	shift
	for word in "$@"; do
		grep -F -e "$word" $lab/dump >$lab/dump.next || :
		mv $lab/dump.next $lab/dump
	done
	grep -c '' $lab/dump || :
}

# policies_of HOST: policies that lead to an SA, so not the bypasses
policies_of() {
	dump "$1" | grep '^policy.* reqid=[0-9]' | grep -c 'socket=0' || :
}

sas_of() {
	on "$1" "$bin/xfrm-dump" --count sa
}

# cpus_of HOST DIR: the CPUs of its SAs of one direction, in one line
cpus_of() {
	dump "$1" | sed -n "s/^sa dir=$2 .* cpu=\([^ ]*\) .*/\1/p" | sort -n | tr '\n' ' '
}

# cpu_list N: what cpus_of shows of a head and N clones: "- 0 1 .. N-1 "
cpu_list() {
	echo "$1" | awk '{ printf "- "; for (i = 0; i < $1; i++) printf "%d ", i }'
}

# reqids_of HOST: how many different ones its SAs and policies have
reqids_of() {
	dump "$1" | sed -n 's/.* reqid=\([0-9][0-9]*\) .*/\1/p' | sort -u | grep -c '' || :
}

# outbound HOST [cpu=CPU]: the SPIs that it sends with
outbound() {
	dump "$1" | grep -F -e " ${2:-cpu=}" | sed -n 's/^sa dir=out spi=\([^ ]*\) .*/\1/p' | sort
}

# ike_spis HOST: both SPIs of each of its IKE SAs
ike_spis() {
	ipsec "$1" whack --json --showstates | grep -F '"kind":"IKE"' | tr , '\n' |
		sed -n 's/^"spi_[a-z]*":"\(.*\)"$/\1/p' | sort
}

# all_new FILE CMD...: CMD shows as many lines as FILE has, and none of those
all_new() {
	file=$1
	shift
	"$@" >$lab/now
	[ "$(grep -c '' $lab/now)" = "$(grep -c '' "$file")" ] && ! grep -qxFf "$file" $lab/now
}

# kept HOST: how many of the outbound SPIs in the file HOST.outbound are still there
kept() {
	outbound "$1" | grep -cxFf "$lab/$1.outbound" || :
}

# traffic HOST: one line "NAME IN OUT" for each Child SA, in the order shown
traffic() {
	ipsec "$1" whack --trafficstatus | sed -n -e 's/^006 #[0-9]*: "\([^"]*\)", /\1 /' \
		-e 's/^\([^ ]*\) .* inBytes=\([0-9]*\), outBytes=\([0-9]*\),.*/\1 \2 \3/p'
}

# moved COLUMN BEFORE AFTER: what grew between two outputs of traffic, as "NAME BYTES, ..."
moved() {
	awk -v column="$1" 'NR == FNR { before[$1] = $column; next }
		$column != before[$1] {
			printf "%s%s %d", comma, $1, $column - before[$1]
			comma = ", "
		}' "$2" "$3"
}

# one_cpu_one_clone NAME CPU BYTES FROM TO: pings from one of west's CPUs go out on that CPU's clone and
# no other, and come in on one clone of east's
one_cpu_one_clone() {
	traffic west >$lab/west.before
	traffic east >$lab/east.before
	assert_ok "two pings from CPU $2" ping_from west "$2" "$4" "$5"
	traffic west >$lab/west.after
	traffic east >$lab/east.after
	assert_eq "CPU $2: moved outwards at west" \
		"$(moved 3 $lab/west.before $lab/west.after)" "$1-$(($2 + 1)) $3"
	assert_eq "CPU $2: bytes of the one clone that moved inwards at east" \
		"$(moved 2 $lab/east.before $lab/east.after | sed "s/^$1-[1-9][0-9]* //")" "$3"
}

# ping_from HOST CPU FROM TO [COUNT]: from one CPU
ping_from() {
	on "$1" taskset -c "$2" ping -n -q -c "${5:-2}" -i 0.2 -W 5 -I "$3" "$4"
}

net_ping() {
	ping_from west "$1" 192.0.1.254 192.0.2.254
}

streams=

# stream HOST CPU FROM TO [INTERVAL]: pings in the background, until they are told to stop
stream() {
	nsenter --net="/run/netns/$1" taskset -c "$2" \
		ping -n -c 2400 -i "${5:-0.05}" -W 5 -I "$3" "$4" >"$lab/ping.$1.$2" 2>&1 &
	streams="$streams $!"
}

end_streams() {
	for stream in $streams; do
		assert_ok "pings are under way" kill -INT "$stream"
		wait "$stream" || fail "a stream of pings: $(tail -n 3 $lab/ping.*)"
	done
	streams=
}

# lost_of HOST CPU: pings without an answer; the last one may have been stopped on its way
lost_of() {
	awk '/ bytes from / && !/DUP/ {
			split($0, part, "icmp_seq=")
			answered++
			last = part[2] + 0
		}
		/ packets transmitted/ { sent = $1 }
		END {
			under_way = sent == last + 1
			print (answered > 20 ? sent - under_way - answered : "all")
		}' "$lab/ping.$1.$2"
}

# ---- assertions

# scenario "SENTENCE": what the scenario shows; the driver prints it
scenario() {
	echo "# $1"
}

fail() {
	echo "FAIL: $*"
	exit 1
}

# skip "REASON"
skip() {
	echo "SKIP: $*"
	exit 77
}

assert_eq() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1: $2"
	else
		fail "$1: got '$2', want '$3'"
	fi
}

# assert_ok WHAT CMD...; assert_fails WHAT CMD..., where running out of time is no way to fail
assert_ok() {
	what=$1
	shift
	"$@" || fail "$what: exit status $?"
	echo "ok: $what"
}

assert_fails() {
	what=$1
	shift
	status=0
	"$@" || status=$?
	case $status in
	0) fail "$what: it succeeded" ;;
	124) fail "$what: it did not end in time" ;;
	esac
	echo "ok: $what"
}

# assert_status WHAT STATUS CMD...
assert_status() {
	what=$1
	want=$2
	shift 2
	status=0
	"$@" || status=$?
	assert_eq "$what" "$status" "$want"
}

# wait_for WHAT SECONDS CMD...: until CMD succeeds
wait_for() {
	what=$1
	until=$(($(date +%s) + $2))
	shift 2
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt $until ] || fail "waited in vain for: $what"
		sleep 0.1
	done
	echo "ok: $what"
}

# is GOT-CMD... = WANT: a condition for wait_for, as in: wait_for "two" 5 is sas_of west = 2
is() {
	got_by=
	while [ "$1" != "=" ]; do
		got_by="$got_by $1"
		shift
	done
	shift
	[ "$($got_by)" = "$*" ]
}

# need_cpus N: skips the scenario on a machine with fewer
need_cpus() {
	[ "$(nproc)" -ge "$1" ] || skip "needs $1 CPUs, here are $(nproc)"
}

# set_is_up HOST N [MODE]: a head and N clones, all SAs of both directions there
set_is_up() {
	wait_for "$1 has $((2 * ($2 + 1))) SAs" 10 is sas_of "$1" = $((2 * ($2 + 1)))
	assert_eq "$1: CPUs of the outbound SAs" "$(cpus_of "$1" out)" "$(cpu_list "$2")"
	assert_eq "$1: CPUs of the inbound SAs" "$(cpus_of "$1" in)" "$(cpu_list "$2")"
	policies=3
	[ "${3:-tunnel}" = tunnel ] || policies=2
	assert_eq "$1: policies" "$(policies_of "$1")" $policies
	assert_eq "$1: SAs of mode ${3:-tunnel}" "$(count "$1" "sa dir" "mode=${3:-tunnel}")" \
		$((2 * ($2 + 1)))
	assert_eq "$1: reqids" "$(reqids_of "$1")" 1
}

# set_is_gone HOST: no SA and no policy of a set is left
set_is_gone() {
	wait_for "$1 has no SA" 10 is sas_of "$1" = 0
	assert_eq "$1: policies" "$(policies_of "$1")" 0
}

# kernel_is_empty HOST: nothing at all, bypasses included
kernel_is_empty() {
	wait_for "$1 has no SA" 10 is sas_of "$1" = 0
	wait_for "$1 has no policy" 10 is dump_size "$1" = 0
}

dump_size() {
	dump "$1" | grep -c '^policy' || :
}

# log_is_clean HOST: no line of an error, and no word from a sanitizer
log_is_clean() {
	if grep -E 'ERROR|EXPECTATION FAILED|FATAL|ABORT|ASSERTION' "$lab/$1/pluto.log"; then
		fail "$1's log has errors"
	fi
	echo "ok: $1's log has no errors"
	for report in "$lab"/sanitizer/*; do
		[ ! -e "$report" ] || fail "a sanitizer says: $(cat "$report")"
	done
}

# finish: stops both ends; nothing may be left behind
finish() {
	for host in west east; do
		if [ -e $lab/$host/pluto.pid ]; then
			assert_ok "$host stops" stop $host
		fi
		kernel_is_empty $host
		log_is_clean $host
	done
}

# keep_evidence DIR: logs, configuration and the kernel's state, for who has to find out
keep_evidence() {
	mkdir -p "$1"
	for gw in west east; do
		[ -e /run/netns/$gw ] || continue
		dump $gw >"$1/$gw.xfrm" 2>&1 || :
		cp "$lab/$gw/ipsec.conf" "$1/$gw.conf" 2>/dev/null || :
		cp "$lab/$gw/pluto.log" "$1/$gw.log" 2>/dev/null || :
		cp "$lab/$gw/peer.log" "$1/$gw.peer.log" 2>/dev/null || :
	done
	cp "$lab"/sanitizer/* "$1/" 2>/dev/null || :
}

export ASAN_OPTIONS="log_path=$lab/sanitizer/asan" UBSAN_OPTIONS="log_path=$lab/sanitizer/ubsan"
