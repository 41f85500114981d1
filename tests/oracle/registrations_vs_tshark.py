#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every field of registrations[] and bindings[] that a packet can confirm,
from what tshark dissects of the frames that the record names.

What is expected is told here a second time, in Python and from the definitions
of REPORT.md and regscan-report(5) alone: transactions by Call-ID, CSeq, branch
and addresses, their times, the outcome, the grants.  And the other way round:
each REGISTER that tshark sees belongs to exactly one registration.  A key that
is neither expected nor listed in UNCHECKED fails, so that a new one is not
forgotten.  Where both rightly differ, EXPLAINED says why.

Captures are those of pcaps/ and, where it exists, of the folder of real ones
(REGSCAN_CAPTURES); arguments are captures to look at instead.  Skipped without
tshark.
"""

import datetime
import decimal
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))
sys.dont_write_bytecode = True
import at_hand  # noqa: E402
import oracle  # noqa: E402
import registrations  # noqa: E402
import tshark  # noqa: E402
from tap import skip, told  # noqa: E402

REGSCAN = os.environ.get("REGSCAN", "./regscan")

# (capture, key, frame of the record or transaction) -> why both differ.
EXPLAINED = {
    ("tcp-closed-then-silence/tcp-closed-then-silence.pcap",
     "registrations.frames", 4):
        "a FIN and an RST of the same side: the reader takes the first",
    ("tcp-closed-then-silence/tcp-closed-then-silence.pcap",
     "registrations.ended", 4): "likewise",
    ("ws-register-fragmented/ws-register-fragmented.pcap",
     "registrations.frames", 10):
        "of a message in three WebSocket frames and more the first and the "
        "last are listed, not all: known, and in the manual",
}
# What is not told by SIP messages, with the reason.
UNCHECKED = {
    "bindings.keepalive": "of all packets of a flow, not of SIP messages",
    "bindings.moves": "of two bindings: tests/unit/test_rules_cross",
    "bindings.moves_total": "likewise",
    "bindings.unreached": "of other requests than REGISTER: test_inbound",
    "bindings.unreached_total": "likewise",
    "registrations.other_contacts.instance": "of contacts of others",
    "registrations.transactions.redirected_to": "of the Contact of a 3xx",
    "registrations.transactions.warning": "of headers that tshark has as text",
}
# Captures of what this reader is too simple for, with the reason.
TOO_SIMPLE = {
    "dns-answer-by-place": "a REGISTER that begins again with the same branch, "
                           "after that transaction was over",
    "dns-answer-differs": "likewise",
    "dns-service-after-another": "likewise",
    "dhcp-renewal-refused": "likewise",
    "phone-address-passed-on": "likewise",
    "phone-address6-docked": "likewise",
    "phone-address6-passed-on": "likewise",
    "phone-address6-shared": "likewise",
    "keys-in-pcapng": "its keys come with it, and tshark is not asked to try "
                      "TLS on that port",
    "tcp-idle-dropped": "a REGISTER of five minutes before, with the same "
                        "branch: to regscan that transaction is over (32 s)",
    "tcp-idle-kept": "likewise",
    "tcp-request-not-captured": "tshark waits for a segment that was not "
                                "captured",
    "tcp-segments-again": "tshark puts segments that overlap together in "
                          "another way",
    "tcp-segments-differ": "likewise",
    "tcp-two-vlans": "of two connections with the same addresses and ports "
                     "tshark makes one",
    "udp-removal-not-followed": "a 2xx that still lists what was removed",
    "udp-nat-phones": "a contact that may be the one before, by its public "
                      "address",
    "udp-fragments-two-networks": "tshark puts fragments of two networks "
                                  "together",
    "udp-fragments-differ": "of two versions of a fragment tshark takes the "
                            "other",
    "udp-nat-binding-lost": "an ICMP error that quotes another request",
    "udp-nat-port-changed": "likewise",
    "udp-nat-requests-ignored": "likewise",
    "udp-register-captured-twice": "copies are left out before SIP is read",
    "udp-register-erspan": "likewise",
    "udp-server-down-after-refusals": "the same contact after it ran out, with "
                                      "another Call-ID: initial",
    "udp-too-many-contacts": "contacts of one user and host on several ports "
                             "have one key, see regscan-report(5)",
    "udp-via-rewritten": "the response has another Via than its request",
}

# Keys whose text is a time.
TIMES = {"started", "ended", "request_time", "response_time", "from", "to",
         "at", "back", "next_expiry"}


def seen(key, value):
    """A value of the report, as the messages of tshark have it.  The name of
    an endpoint is of DNS or TLS."""
    if isinstance(value, dict) and "frame" in value:
        return value["frame"]
    if isinstance(value, dict) and "address" in value:
        return value["address"], value.get("port")
    if key == "flaws":
        return set(value)
    if isinstance(value, list):
        return [seen(key, v) for v in value]
    if isinstance(value, str) and key in TIMES and value[:4].isdigit():
        whole, _, part = value.rstrip("Z").partition(".")
        at = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
        return int(at) + decimal.Decimal("0." + (part or "0"))
    return value


def alike(got, want):
    if isinstance(want, float) and got is not None:
        return abs(got - want) < 0.0006  # printed in microseconds
    return got == want


class Comparison:
    """Collects where the report of a capture is not as expected."""

    def __init__(self, name):
        self.name, self.odd, self.used, self.count = name, [], set(), 0

    def value(self, frame, path, got, want):
        """One value; objects and lists of them are gone into."""
        if want is registrations.ANY:
            return
        if isinstance(want, dict):
            for key in sorted(want.keys() | got.keys()):
                below = "%s.%s" % (path, key)
                if below in UNCHECKED:
                    continue
                if key not in want:
                    self.differ(frame, below, got[key], "no such key")
                else:
                    self.value(frame, below, got.get(key), want[key])
        elif isinstance(want, list) and want and isinstance(
                want[0], dict) and isinstance(got, list) and len(
                got) == len(want):
            for i, (g, w) in enumerate(zip(got, want)):
                self.value(w.get("request_frame", frame), path, g, w)
        else:
            self.count += 1
            key = path.rpartition(".")[2]
            got = seen(key, got)
            if not alike(got, want):
                self.differ(frame, path, got, want)

    def differ(self, frame, path, got, want):
        at = (self.name, path, frame)
        if at in EXPLAINED:
            self.used.add(at)
        else:
            self.odd.append("frame %s %s: got %s, expected %s" % (
                frame, path, got, want))


def both(path):
    run = subprocess.run([REGSCAN, "--format", "json", path],
                         capture_output=True, timeout=300)
    return path, tshark.Capture(path), json.loads(run.stdout)


def attempts(compare, capture, report):
    """[(record, Attempt)]; tells what belongs to none, or to several."""
    found, lost = registrations.transactions(capture.messages)
    by_frame = {(t.request.frames[0], t.request.branch): t for t in found}
    owner, pairs = {}, []

    def own(t, record):
        if id(t) in owner:
            compare.differ(t.request.frame, "owner",
                           [owner[id(t)], record["id"]], "one registration")
        owner[id(t)] = record["id"]

    for record in report["registrations"]:
        ts, legs = [], []
        for said in record["transactions"]:
            t = by_frame.get((said["request_frame"]["frame"],
                              said.get("branch")))
            if t is None:
                compare.differ(said["request_frame"]["frame"], "request",
                               said.get("branch"), "a REGISTER of tshark's")
                continue
            own(t, record)
            ts.append(t)
        for leg in record["legs"]:
            frames = {f["frame"] for f in leg["frames"]}
            for t in found:
                if frames.issuperset(t.request.frames) and id(
                        t) not in owner:
                    own(t, record)
                    legs.append(t)
                    if not frames.issuperset(t.frames):
                        compare.differ(t.request.frame, "legs",
                                       sorted(frames), t.frames)
        if ts:
            pairs.append((record, registrations.Attempt(
                capture, ts, legs, [a for _, a in pairs])))
    for t in found:
        if id(t) not in owner:
            compare.differ(t.request.frame, "owner", None, "a registration")
    compare.value(0, "coverage.responses_without_request",
                  report["coverage"]["responses_without_request"], len(lost))
    return pairs


def bindings(compare, capture, report, told_of):
    """bindings[], and whether each grant is in one of them."""
    granted = set()
    for record in report["bindings"]:
        want = registrations.Binding(
            capture, told_of, record["aor"], record["contact"],
            record.get("instance"))
        frame = int(record["id"].split("-")[1])
        if not want.grants:
            compare.differ(frame, "bindings", record["contact"], "no grant")
            continue
        compare.value(frame, "bindings", record, want.said())
        granted |= {(record["aor"], g["frame"]) for g in want.grants}
    compare.value(0, "grants", sorted(granted), sorted(
        {(a.aor, a.ok.frame) for a in told_of
         if a.outcome() == "registered"}))


def check(path, capture, report):
    name = at_hand.named(path)
    why = TOO_SIMPLE.get(os.path.dirname(name))
    if why:
        skip(name, why)
        return
    compare = Comparison(name)
    pairs = attempts(compare, capture, report)
    for record, attempt in pairs:
        compare.value(attempt.first.frames[0], "registrations", record,
                      attempt.said())
    bindings(compare, capture, report, [a for _, a in pairs])
    for at in sorted(EXPLAINED):
        if at[0] == name:
            if at in compare.used:
                skip("%s: %s of frame %d" % at, EXPLAINED[at])
            else:
                compare.odd.append("%s of frame %d differs no longer" % at[1:])
    told(compare.odd == [], "%s: %d registrations, %d values" % (
        name, len(report["registrations"]), compare.count), *compare.odd)


sys.exit(oracle.run(both, check))
