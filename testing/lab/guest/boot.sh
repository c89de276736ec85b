#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot.sh [-c CPUS] [-m MB] [-t SECONDS] [-r RESULTS] -- CMD [ARG...]: runs CMD as root in a guest.
#
# The guest has this machine's own root file system, read-only under a tmpfs, a fresh /run, and the
# current directory; all of CYGNET_* is in its environment. What CMD leaves in $CYGNET_RESULTS is in
# RESULTS afterwards. CMD's output comes as it is written, its exit status is passed on.
# 124: it took longer than SECONDS; 125: the guest died, twice.
#
# CYGNET_ACCEL  QEMU's accelerator. Emulation with one thread is the default: several race with the
#               kernel's patching of its own text, and KVM can be there and be useless.
set -eu

cpus=2
memory=768
limit=1800
results=
while getopts c:m:t:r: option; do
	case $option in
	c) cpus=$OPTARG ;;
	m) memory=$OPTARG ;;
	t) limit=$OPTARG ;;
	r) results=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
here=$(cd "$(dirname "$0")" && pwd)
virtiofsd=${CYGNET_VIRTIOFSD:-/usr/lib/qemu/virtiofsd}

say() {
	echo "guest: $*" >&2
}

quote() {
	for word in "$@"; do
		printf "'%s' " "$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g")"
	done
	echo
}

# background NAME CMD...: starts CMD, which ends when this script does, however that happens
background() {
	name=$1
	shift
	setpriv --pdeathsig KILL "$@" >"$work/$name.log" 2>&1 </dev/null &
	pids="$! $pids"
}

end_all() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null || :
	done
	pids=
}

# share TAG DIR CACHE: offers DIR to the guest
share() {
	background "$1" "$virtiofsd" --socket-path="$work/$1.sock" -o sandbox=chroot \
		-o "source=$2" -o "cache=$3"
	tries=0
	while [ ! -S "$work/$1.sock" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ]; then
			say "virtiofsd does not start: $(tail -n 1 "$work/$1.log")"
			exit 125
		fi
		sleep 0.02
	done
}

prepare() {
	rm -rf "${work:?}"/*
	mkdir -p "$work/ctl/results"
	cp "$here/start" "$work/ctl/start"
	{
		echo "MODULES=$(quote "$kernel/lib/modules")"
		echo "DIR=$(quote "$PWD")"
	} >"$work/ctl/settings"
	{
		export -p | grep '^export CYGNET_' || :
		echo 'export CYGNET_RESULTS=/ctl/results'
		quote "$@"
	} >"$work/ctl/cmd"
	: >"$work/ctl/out"
}

# Given loops per jiffy save two seconds of calibration for each CPU, no cipher self tests save one;
# one CPU at first saves the kernel from patching its text under the others. The clock is the HPET,
# whose rate is known: that of the TSC is measured, and on a busy machine the guest's time has run
# sixteen times too fast.
kernel_arguments="console=ttyS0 quiet panic=-1 mitigations=off nokaslr lpj=10000000"
kernel_arguments="$kernel_arguments clocksource=hpet tsc=unstable cryptomgr.notests maxcpus=1"

start_qemu() {
	background qemu qemu-system-x86_64 \
		-machine q35,memory-backend=mem -accel "${CYGNET_ACCEL:-tcg,thread=single}" \
		-cpu max,la57=off -smp "$cpus" -m "$memory" \
		-object "memory-backend-memfd,id=mem,size=${memory}M,share=on" \
		-nodefaults -display none -serial "file:$work/console" -no-reboot \
		-device virtio-rng-pci \
		-chardev "socket,id=root,path=$work/root.sock" \
		-device vhost-user-fs-pci,chardev=root,tag=root \
		-chardev "socket,id=ctl,path=$work/ctl.sock" \
		-device vhost-user-fs-pci,chardev=ctl,tag=ctl \
		-kernel "$kernel/vmlinuz" -initrd "$kernel/initramfs.gz" \
		-append "$kernel_arguments"
	qemu=$!
}

# waits for the guest to end, telling how far it is until CMD runs; 1: it took too long
follow() {
	began=$(date +%s)
	told=$began
	up=
	while kill -0 "$qemu" 2>/dev/null; do
		now=$(date +%s)
		if [ -z "$up" ] && [ -f "$work/ctl/up" ]; then
			up=yes
			say "up after $((now - began)) s"
		elif [ -z "$up" ] && [ $((now - told)) -ge 2 ]; then
			told=$now
			say "booting, $((now - began)) s"
		fi
		[ $((now - began)) -lt "$limit" ] || return 1
		sleep 0.1
	done
}

# one boot; 125: the guest died
boot() {
	prepare "$@"
	share root / always
	share ctl "$work/ctl" auto
	start_qemu
	setpriv --pdeathsig KILL tail -s 0.1 --pid="$qemu" -n +1 -f "$work/ctl/out" &
	tail=$!
	pids="$tail $pids"
	if ! follow; then
		say "stopped after $limit s"
		return 124
	fi
	wait "$tail" || :
	[ -z "$results" ] || cp -a "$work/ctl/results/." "$results/"
	if [ ! -f "$work/ctl/rc" ]; then
		say "it died; its console and QEMU said:"
		tail -n 30 "$work/console" "$work/qemu.log" >&2 || :
		return 125
	fi
	return "$(cat "$work/ctl/rc")"
}

if [ "$(uname -m)" != x86_64 ]; then
	say "the guest is for x86_64 only: $(uname -m) needs a kernel with ESP and per-CPU SAs"
	exit 125
fi
kernel=$("$here/kernel.sh") || exit 125
[ -z "$results" ] || mkdir -p "$results"
pids=
work=$(mktemp -d -t cygnet-guest.XXXXXX)
trap 'end_all; rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

say "starting Linux $(ls "$kernel/lib/modules") with $cpus CPUs under QEMU"
rc=0
boot "$@" || rc=$?
if [ $rc -eq 125 ]; then
	say "once more"
	end_all
	rc=0
	boot "$@" || rc=$?
fi
exit $rc
