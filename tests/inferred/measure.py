#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How right is what regscan infers inside TLS without keys?

    measure.py [--list] [CORPUS]

CORPUS (else corpus.txt beside this file) has the sizes, sides and times of the
records of recorded connections, and what they carried: see truth.py.  Here they
become a capture again, with zeros for what was encrypted; regscan reads that,
and its verdicts are compared with the truth.  Prints TAP and the table; fails
where precision is under 0.99, or fewer than 300 verdicts were given.
Thresholds were chosen on the half for training: its phones and servers are not
those of the other half (phones.TRAINING, HELD_OUT; baresip, linphone, SIPp and
Kamailio are held out).  One rule fell when the other half was looked at: that
regular rounds with keep-alives between are a registration, where a challenged
OPTIONS can be repeated, too.  What stands here was recorded after that, with
other random choices of who does what.

REGSCAN is the program, else the one in the path.
"""

import collections
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TRAINING = {"ada", "bell", "curie", "dirac", "euler"}
LEAST_PRECISION, LEAST_VERDICTS = 0.99, 300


def endpoint(text):
    address, port = text.rsplit(":", 1)
    return bytes(map(int, address.split("."))), int(port)


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


class Connection:
    """A line "conn" of the corpus, and the steps below it."""

    def __init__(self, line):
        _, self.client, self.server, start, *rest = line.split()
        self.start = int(start)
        self.facts = dict(r.split("=", 1) for r in rest)
        self.steps = []
        self.verdict = None

    @property
    def key(self):
        return self.client, self.server


def load(path):
    found = []
    with open(path) as f:
        for line in f:
            if line.startswith("conn "):
                found.append(Connection(line))
            elif not line.startswith("#"):
                found[-1].steps += line.split()
    return found


def record(kind, body):
    return struct.pack(">BHH", kind, 0x303, len(body)) + body


def message(kind, body):
    return record(22, bytes([kind]) + struct.pack(">I", len(body))[1:] + body)


def hello(kind, what):
    body = struct.pack(">H", 0x303) + bytes(32) + b"\0"
    if kind == 1:
        suites = b"\x13\x01\x13\x02\x13\x03\xc0\x2f"
        versions = b"\0\x2b\0\5\4\3\4\3\3"
        return message(1, body + struct.pack(">H", len(suites)) + suites +
                       b"\1\0" + struct.pack(">H", len(versions)) + versions)
    suite, version = (int(w, 16) for w in what.split(":")[1:])
    extension = b"\0\x2b\0\2\3\4" if version == 0x304 else b""
    out = message(2, body + struct.pack(">HB", suite, 0) +
                  struct.pack(">H", len(extension)) + extension)
    return out if extension else out + message(14, b"")


class Wire:
    """The packets of one connection."""

    def __init__(self, c, out):
        self.ends = {">": endpoint(c.client), "<": endpoint(c.server)}
        self.next, self.out = {">": 1000, "<": 5000}, out

    def packet(self, at, dir_, flags, data=b""):
        other = "<" if dir_ == ">" else ">"
        (source, sport), (to, dport) = self.ends[dir_], self.ends[other]
        head = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0x4000, 64,
                           6, 0) + source + to
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        tcp = struct.pack(">HHIIBBHHH", sport, dport, self.next[dir_],
                          0 if flags == 2 else self.next[other], 0x50, flags,
                          65535, 0, 0)
        self.out.append((at, head + tcp + data))
        self.next[dir_] += len(data) + (1 if flags & 3 else 0)

    def opening(self, at):
        self.packet(at - 20, ">", 2)
        self.packet(at - 10, "<", 0x12)
        self.packet(at, ">", 0x10)

    def step(self, at, dir_, what):
        tls12 = getattr(self, "tls12", True)
        if what == "h":
            data = hello(1, what)
        elif what[0] == "s":
            self.tls12 = what.endswith("0303")
            data = hello(2, what)
        elif what == "c":
            data = record(20, b"\1")
            if dir_ == ">" and tls12:
                data = message(16, bytes(33)) + data
        elif what in "fr":
            return self.packet(at, dir_, 0x11 if what == "f" else 0x14)
        else:
            kind, size = map(int, what.split(":"))
            data = record(kind, bytes(size))
        for i in range(0, len(data), 16000):
            self.packet(at, dir_, 0x18, data[i:i + 16000])


def capture(corpus, path, lost=0.0):
    """lost: the share of packets that are left out."""
    packets, rng = [], random.Random(1)
    for c in corpus:
        wire, at = Wire(c, packets), c.start
        wire.opening(at)
        for s in c.steps:
            after, dir_, what = re.match(r"(\d+)([<>])(.*)", s).groups()
            at += int(after)
            wire.step(at, dir_, what)
    packets.sort(key=lambda p: p[0])
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for at, data in packets:
            if rng.random() < lost:
                continue
            f.write(struct.pack("<4I", at // 1000000, at % 1000000, len(data),
                                len(data)) + data)


def judge(corpus, path, allowed=(4,)): # 4: nothing here can be judged
    """Notes what regscan says of each connection."""
    program = os.environ.get("REGSCAN", "regscan")
    run = subprocess.run([program, "--format", "json", path],
                         stdout=subprocess.PIPE, check=False)
    if run.returncode not in allowed:
        sys.exit("regscan ended with %d" % run.returncode)
    report = json.loads(run.stdout)
    by_key = {c.key: c for c in corpus}
    for r in report["registrations"]:
        assert r["visibility"] == "inferred", r
        key = tuple("%s:%d" % (r[e]["address"], r[e]["port"])
                    for e in ("client", "server"))
        by_key[key].verdict = r["outcome"]
        by_key[key].why = r["inferred_from"]


def wrong_of(corpus):
    return [c for c in corpus if c.verdict and c.verdict != c.facts["truth"]]


COLUMNS = "%-18s %6s %8s %5s %9s %6s %10s"


def row(name, group):
    """What precision and recall are of stands in the manual."""
    given = [c for c in group if c.verdict]
    right = sum(c.verdict == c.facts["truth"] for c in given)
    there = [c for c in group if c.facts["truth"] in ("registered",
                                                      "auth_failed")]

    def share(n, of):
        return "%.3f" % (n / of) if of else "-"
    return COLUMNS % (name, len(group), len(given), len(given) - right,
                      share(right, len(given)), share(right, len(there)),
                      share(len(group) - len(given), len(group)))


def table(corpus):
    """The lines that stand in the manual, and the others."""
    lines = [COLUMNS % ("connections", "in all", "verdicts", "wrong",
                        "precision", "recall", "abstention"),
             row("all", corpus)]

    def by(title, name):
        groups = collections.defaultdict(list)
        for c in corpus:
            groups[name(c)].append(c)
        return ["", title] + [row("  " + g, groups[g]) for g in sorted(groups)]
    lines += by("by half", lambda c: "no SIP" if c.facts["client"] == "none"
                else "training" if c.facts["client"] in TRAINING
                else "held out")
    lines += by("by what it was", lambda c: c.facts["truth"])
    lines += by("by cipher", lambda c: c.facts["cipher"])
    more = by("by scenario", lambda c: c.facts["case"])
    more += by("by client", lambda c: c.facts["client"])
    more += by("by server", lambda c: c.facts["server"])
    return [line.rstrip() for line in lines], more


def in_manual(lines):
    path = os.path.join(HERE, "../../man/regscan-report.5")
    with open(path) as f:
        return "\n".join(lines) in f.read()


def main():
    listed = "--list" in sys.argv
    names = [a for a in sys.argv[1:] if a != "--list"]
    path = names[0] if names else os.path.join(HERE, "corpus.txt")
    corpus = load(path)
    with tempfile.TemporaryDirectory() as folder:
        pcap = os.path.join(folder, "corpus.pcap")
        capture(corpus, pcap)
        judge(corpus, pcap)
        holes = load(path)
        capture(holes, pcap, lost=0.01)
        judge(holes, pcap, (1, 4))
    lines, more = table(corpus)
    for line in lines + more:
        print(("# " + line).rstrip())
    given = [c for c in corpus if c.verdict]
    wrong = wrong_of(corpus)
    still = sum(c.verdict is not None for c in holes)
    print("# with 1 %% of the packets lost: %d verdicts, %d wrong" % (
        still, len(wrong_of(holes))))
    for c in given if listed else wrong:
        print("# %s %s: %s, and it was %s" % (
            c.client, " ".join("%s=%s" % f for f in c.facts.items()),
            c.verdict, c.facts["truth"]))
        for why in c.why:
            print("#    " + why)
    checks = [
        ("at least 400 connections", len(corpus) >= 400),
        ("at least %d verdicts" % LEAST_VERDICTS,
         len(given) >= LEAST_VERDICTS),
        ("precision of %.2f" % LEAST_PRECISION,
         len(wrong) <= (1 - LEAST_PRECISION) * len(given)),
        ("nor wrong where packets are lost",
         len(wrong_of(holes)) <= (1 - LEAST_PRECISION) * still),
        ("nothing is said of what is no SIP",
         not any(c.verdict for c in corpus if c.facts["client"] == "none")),
    ]
    if not names:
        checks.append(("the manual has this table", in_manual(lines)))
    for n, (name, right) in enumerate(checks, 1):
        print("%sok %d - %s" % ("" if right else "not ", n, name))
    print("1..%d" % len(checks))


main()
