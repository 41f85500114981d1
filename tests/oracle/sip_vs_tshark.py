#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The SIP messages of every capture at hand, as regscan's engine hears them
(sip_events) and as tshark dissects them: frame, method or status, Call-ID and
CSeq must be alike.  Where they rightly differ, DIFFERS says why.

Both are given the keys of a case (keys.log, server.key) and, of another capture
FILE, those in FILE.keys: what is inside TLS must be alike too.

Captures are those of pcaps/ and, where it exists, of the folder of real ones
(REGSCAN_CAPTURES, as for tests/captures/truth.py); arguments are captures to
look at instead.  Skipped without tshark.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))
sys.dont_write_bytecode = True  # the source tree may be read-only
import at_hand  # noqa: E402
import oracle  # noqa: E402
from tap import skip, told  # noqa: E402

# make check runs in the top of the build folder.
EVENTS = os.environ.get("SIP_EVENTS", "tests/oracle/sip_events")

# On any port: both heuristics, before what a port's number suggests.
TSHARK = ["tshark", "-n", "-Y", "sip", "-T", "pdml",
          "-o", "udp.try_heuristic_first:TRUE",
          "-o", "tcp.try_heuristic_first:TRUE",
          "--enable-heuristic", "sip_udp", "--enable-heuristic", "sip_tcp"]

# What regscan does not read: told here, so that a reader of it must take its
# line out.
UNREAD = {
    "c07-sip-r2.cap": "a NetMon file, neither pcap nor pcapng",
}
# (capture, frame) -> why regscan alone, or tshark alone, has a message there,
# or both have one that reads differently.
DIFFERS = {
    ("tcp-segments-again/tcp-segments-again.pcap", 7):
        "tshark does not see the message that comes with its end ahead",
    ("tcp-segments-differ/tcp-segments-differ.pcap", 7): "likewise",
    ("udp-fragments-differ/udp-fragments-differ.pcap", 3):
        "of two versions of a fragment tshark takes the other",
    ("tls-not-tls-sip/tls-not-tls-sip.pcap", 8):
        "the client began with TLS: what the server answers in clear is told "
        "as a handshake that failed, not as SIP",
    ("sip-body-large.pcap", 5):
        "over 64 KiB: told by its headers when those are there",
    ("sip-body-large.pcap", 9):
        "tshark tells it here, where its body ends",
}
# tshark waits for the segment that was not captured.
for frame in (16, 21):
    DIFFERS["tcp-request-not-captured/tcp-request-not-captured.pcap",
            frame] = "behind a segment that was not captured"
# Of two connections with the same addresses and ports tshark makes one, and
# fragments of two networks it puts together.
for frame in (5, 10, 12, 17):
    DIFFERS["tcp-two-vlans/tcp-two-vlans.pcap", frame] = "the other connection's"
DIFFERS["udp-fragments-two-networks/udp-fragments-two-networks.pcap", 8] = (
    "the other customer's")
# Captures that have packets twice: regscan tells of the first of each pair.
for case in ("udp-register-captured-twice", "udp-register-erspan"):
    for twin in (6, 8, 10, 12):
        DIFFERS["%s/%s.pcap" % (case, case), twin] = "a copy of the one before"


def field(proto, name, header=False):
    """The first field of that name, as sip_events prints it, or "".  From its
    bytes, as `show` is made fit for a terminal; those of a header are all of
    its line."""
    for f in proto.iter("field"):
        if f.get("name") == name:
            raw = bytes.fromhex(f.get("value", ""))
            if header:
                raw = raw.partition(b":")[2].strip(b" \t\r\n")
            return "".join(chr(b) if 32 <= b < 127 else "\\x%02x" % b
                           for b in raw)
    return ""


def plain(digits):
    return digits.lstrip("0") or digits[-1:]


def keys(capture):
    """(key log, RSA key) of a capture, "" where there is none."""
    folder = os.path.dirname(os.path.abspath(capture))
    found = [f for f in (capture + ".keys", os.path.join(folder, "keys.log"))
             if os.path.exists(f)]
    rsa = os.path.join(folder, "server.key")
    return found[0] if found else "", rsa if os.path.exists(rsa) else ""


def decrypting(capture):
    """tshark's options for that."""
    log, rsa = keys(capture)
    options = []
    if log:
        options += ["-o", "tls.keylog_file:" + log]
    if rsa:
        options += ["-o", 'uat:rsa_keys:"%s",""' % rsa]
    # It looks for SIP in TLS by port; for WebSockets by itself.
    if "wss" not in os.path.basename(capture):
        options += ["-d", "tcp.port==8934,tls", "-d", "tls.port==8934,sip"]
    return options


def by_tshark(capture):
    out = subprocess.run(TSHARK + decrypting(capture) + ["-r", capture],
                         capture_output=True, timeout=300).stdout
    messages = []
    for packet in xml.etree.ElementTree.fromstring(out).iter("packet"):
        frame, quoted = None, False
        for proto in packet.iter("proto"):
            name = proto.get("name")
            if name == "frame":
                frame = int(next(f.get("show") for f in proto.iter("field")
                                 if f.get("name") == "frame.number"))
            # What an ICMP error quotes was a message when it was sent.
            quoted |= name in ("icmp", "icmpv6")
            if name != "sip" or quoted:
                continue
            what = field(proto, "sip.Method") or field(
                proto, "sip.Status-Code")
            if field(proto, "sip.Request-Line") == "" and field(
                    proto, "sip.Status-Line") == "":
                continue  # a keep-alive, or the rest of something
            messages.append((frame, what, field(proto, "sip.Call-ID", True),
                             plain(field(proto, "sip.CSeq.seq")),
                             field(proto, "sip.CSeq.method")))
    return messages


def by_regscan(capture):
    log, rsa = keys(capture)
    run = subprocess.run([EVENTS, capture, log or "-"] + [rsa] * bool(rsa),
                         capture_output=True, timeout=300)
    lines = run.stdout.decode("ascii").split("\n")[:-1]
    messages = []
    for line in lines:
        frame, *rest = line.split("\t")
        messages.append((int(frame), *rest))
    return messages, run.returncode, run.stderr.decode(errors="replace")


def both(capture):
    return capture, by_tshark(capture), *by_regscan(capture)


def check(capture, theirs, ours, status, complaint):
    name = at_hand.named(capture)
    if name in UNREAD:
        if ours:
            told(False, "%s: not read" % name, "it is: take it out of UNREAD")
        else:
            skip(name, "not read yet: " + UNREAD[name])
        return
    told(status in (0, 1) and not (status and not complaint),
         "%s: is read" % name, status, complaint)
    # Frames of both, so that one missing message does not shift the rest.
    frames = sorted({m[0] for m in theirs + ours})
    odd = []
    for frame in frames:
        a = [m for m in theirs if m[0] == frame]
        b = [m for m in ours if m[0] == frame]
        if a == b:
            if (name, frame) in DIFFERS:
                odd.append("frame %d differs no longer" % frame)
        elif (name, frame) not in DIFFERS:
            odd.append("tshark  %s" % (a,))
            odd.append("regscan %s" % (b,))
    for at in sorted(DIFFERS):
        if at[0] == name:
            skip("%s: frame %d" % at, DIFFERS[at])
    told(odd == [], "%s: %d messages" % (name, len(ours)), *odd)


sys.exit(oracle.run(both, check))
