# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the live tests share: . "$(dirname "$0")/lib.sh"
#
# They run in namespaces of their own, in which they are root and lo is up; as
# TAP, and skipped where namespaces or tools cannot be had.  $work is a folder
# that vanishes, $pcaps the cases, $REGSCAN the program.

self=$0
: "${srcdir:=$(dirname "$0")/../..}"
if [ -z "${REGSCAN_LIVE_INSIDE:-}" ]; then
	REGSCAN=$(realpath "${REGSCAN:-./regscan}")
	srcdir=$(realpath "$srcdir")
	for tool in unshare ip tcpreplay python3; do
		command -v $tool >/dev/null || {
			echo "1..0 # SKIP no $tool"
			exit 0
		}
	done
	unshare -rn true 2>/dev/null || {
		echo "1..0 # SKIP network namespaces are forbidden here"
		exit 0
	}
	REGSCAN_LIVE_INSIDE=1
	export REGSCAN srcdir REGSCAN_LIVE_INSIDE
	exec unshare -rn "$self" "$@"
fi

. "$srcdir/tests/lib/tap.sh"
pcaps=$srcdir/pcaps
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
ip link set lo up

# wire N: a cable, from wireN to tapN, without traffic of its own.
wire() {
	ip link add "wire$1" type veth peer name "tap$1" || return
	for end in "wire$1" "tap$1"; do
		echo 1 >"/proc/sys/net/ipv6/conf/$end/disable_ipv6" 2>/dev/null
		ip link set "$end" mtu 9000 up
	done
}

# replay N CASE [ARGS]: a case, at wireN; in a fourth of its time.
replay() {
	n=$1 case=$2
	shift 2
	tcpreplay -q -i "wire$n" --multiplier=4 "$@" \
		"$pcaps/$case/$case.pcap" >"$work/replay" 2>&1 ||
		cat "$work/replay" >&2
}

# within SECONDS COMMAND...: until it is true; false when the time is over.
within() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

listening() {
	[ "$(($(wc -l </proc/net/packet) - 1))" -ge "$1" ]
}

# start N ARGS...: regscan at N interfaces, its messages in $work/err.
start() {
	n=$1
	shift
	"$REGSCAN" --no-config "$@" 2>"$work/err" &
	pid=$!
	within 10 listening "$n"
}

# systemd: a socket as it has one; what comes is written to $work/told.
systemd() {
	python3 - "$work/notify" "$work/told" <<-'END' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	with open(sys.argv[2], "w", buffering=1) as f:
	    while True:
	        f.write(s.recv(4096).decode() + "\n")
	END
	systemd=$!
	trap 'kill $systemd; rm -rf "$work"' EXIT
	within 10 test -S "$work/notify"
}

# service USEC N ARGS...: as start, by systemd; USEC is its watchdog's.
service() {
	NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=$1
	export NOTIFY_SOCKET WATCHDOG_USEC
	shift
	start "$@"
	unset NOTIFY_SOCKET WATCHDOG_USEC
}

# reports FILE N: so many are in it.
reports() {
	[ "$(grep -c '"event_type": *"summary"' "$1" 2>/dev/null)" -ge "$2" ]
}

# stop: its exit status.
stop() {
	kill -INT "$pid"
	wait "$pid"
}

# ask PYTHON FILE...: what an expression says of the JSON lines in these files:
# ev(type) is the list of objects of that type.
ask() {
	expression=$1
	shift
	python3 - "$expression" "$@" <<-'END'
	import json, sys
	lines = [json.loads(l) for f in sys.argv[2:] for l in open(f)]
	def ev(t):
	    return [l[t] for l in lines if l["event_type"] == t]
	print(eval(sys.argv[1]))
	END
}

# says NAME WANT PYTHON FILE...
says() {
	name=$1 want=$2
	shift 2
	got=$(ask "$@" 2>&1)
	none "$name" "$([ "$got" = "$want" ] || echo "got $got, want $want")"
}
