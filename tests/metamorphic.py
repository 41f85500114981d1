#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of pcaps/ in other clothes: the report must stay the same.

No expectation is stored.  Each case is reported as it is, then changed in a
way that changes nothing that happened, and reported again; after frame numbers
are put back to those of the original, and what the change touches for good
reason is masked, both documents must be equal.

	tests/metamorphic.py [CASE...]      in a build folder
"""

import concurrent.futures
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402
from captures import FIN, RST, SYN, Ip, Packet, Tcp  # noqa: E402

CASES = os.path.join(HERE, "..", "pcaps")
REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
ID = re.compile(r"^(\d+)-(\d+)((?:-\d+)?)$")
RECORD = re.compile(r"^(\w+ \d+-)(\d+)((?:-\d+)?)$")

# What a report may change, by what was done to the capture.

# More or fewer packets hold the same bytes: counts of packets and their
# bytes, of the file, and of what nDPI labelled; and how many flows it was not
# asked about, where a flow's first bytes are not in its first packet.
PACKETS = {"coverage.packets", "coverage.decoded", "coverage.files.packets",
           "coverage.files.bytes", "coverage.other_traffic.packets",
           "coverage.other_traffic.bytes", "coverage.unlabelled_flows"}
# The display filter names frames as text.
FILTER = {"findings.filter"}
# A segment seen twice is a retransmission, by its definition, or, with its IP
# header as it was, a copy that is left out.
REPEATS = {"connections.retransmissions_client",
           "connections.retransmissions_server", "coverage.duplicates"}
# Once nobody reads the content of a connection (encrypted data), its order is
# not kept any more either, and what comes late counts as a repeat.
UNREAD = {"connections.bytes_client", "connections.bytes_server"} | REPEATS
# Fragments are counted, and told of requests.
FRAGMENTS = {"coverage.fragments",
             "registrations.transactions.fragmented"}
# The file is called what it is.
FORMAT = {"coverage.files.format"}


# ---- changes to captures; all keep the instant of every byte ----

def split(packets, rng):
    """Each segment in two or three, the later ones first."""
    for p in packets:
        t = Tcp.of(p.data)
        if t is None or len(t.payload) < 3 or t.flags & (SYN | RST):
            yield p
            continue
        cuts = sorted(rng.sample(range(1, len(t.payload)), rng.choice((1, 2))))
        parts = list(zip([0] + cuts, cuts + [len(t.payload)]))
        for begin, end in reversed(parts):
            yield p.of(t.part(begin, end))


def duplicate(packets, rng):
    """Segments with payload repeated, whole or in part, at once."""
    for p in packets:
        yield p
        t = Tcp.of(p.data)
        if t is None or not t.payload or t.flags & (SYN | FIN | RST):
            continue
        begin = rng.randrange(len(t.payload))
        yield p.of(t.part(rng.choice((0, begin)), len(t.payload)))


def fragment(packets, rng, backwards=False):
    """Each IP packet with something in it in two or three fragments."""
    ident = 0x1000
    for p in packets:
        ip = Ip.of(p.data)
        n = len(ip.payload) // 8 if ip else 0
        if n < 4:
            yield p
            continue
        ident += 1
        cuts = sorted(rng.sample(range(1, n), rng.choice((1, 2))))
        cuts = [8 * c for c in cuts]
        parts = list(zip([0] + cuts, cuts + [len(ip.payload)]))
        for begin, end in reversed(parts) if backwards else parts:
            yield p.of(ip.bytes(ip.payload[begin:end],
                                more=end < len(ip.payload), offset=begin,
                                ident=ident))


def fragment_backwards(packets, rng):
    return fragment(packets, rng, backwards=True)


def shorten(packets, n):
    return [Packet(p.ns, p.wire_len, p.data[:n], p.origin) for p in packets]


def lose(packets, rng, share):
    return [p for p in packets if rng.random() >= share]


# ---- reports ----

class Broken(Exception):
    pass


def report(folder, name, content):
    """The document that regscan prints of the capture."""
    with open(os.path.join(folder, name), "wb") as f:
        f.write(content)
    p = subprocess.run(
        [REGSCAN, "--format", "json", "--color", "never", *arguments(name),
         name], cwd=folder, capture_output=True, check=False, timeout=120)
    if p.stderr or p.returncode not in (0, 1, 4):
        raise Broken(f"exit status {p.returncode}, stderr: "
                     + p.stderr.decode(errors="replace"))
    document = json.loads(p.stdout)
    document["status"] = p.returncode
    return document


def arguments(name):
    path = os.path.join(CASES, name[:-len(".pcap")], "args")
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return f.read().split()


def back(value, origin, mask, path=""):
    """The document with frame numbers of the original and without what the
    mask names.  A frame that was split is in a list once, and evidence, which
    comes in the order of frames, has none within one frame."""
    if isinstance(value, dict):
        out = {}
        for key, v in value.items():
            below = f"{path}.{key}" if path else key
            if below in mask:
                continue
            if key == "frame" and isinstance(v, int):
                v = origin[v - 1]
            out[key] = back(v, origin, mask, below)
        return out
    if isinstance(value, list):
        out = []
        for v in value:
            v = back(v, origin, mask, path)
            if not (out and out[-1] == v and isinstance(v, dict)
                    and "frame" in v):
                out.append(v)
        if path.endswith(".evidence"):
            out.sort(key=lambda e: (e["file"], e["frame"], e["what"]))
        return out
    if isinstance(value, str):
        m = ID.match(value)
        if m:
            return f"{m[1]}-{origin[int(m[2]) - 1]}{m[3]}"
        m = RECORD.match(value)
        if m:
            return f"{m[1]}{origin[int(m[2]) - 1]}{m[3]}"
        # Times with nine digits where the file has them.
        return re.sub(r"(T\d\d:\d\d:\d\d\.\d{6})000Z$", r"\1Z", value)
    return value


def differences(a, b, path="", out=None):
    out = [] if out is None else out
    if isinstance(a, dict) and isinstance(b, dict):
        for k in sorted(a.keys() | b.keys()):
            if a.get(k) != b.get(k):
                differences(a.get(k), b.get(k), f"{path}.{k}", out)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                differences(x, y, f"{path}[{i}]", out)
    else:
        out.append(f"{path}: {json.dumps(a)[:200]} became "
                   f"{json.dumps(b)[:200]}")
    return out


def verdicts(document):
    """{code: alternatives} of what the document blames."""
    return {f["code"]: set(f.get("alternatives", []))
            for f in document["findings"]
            if not f["code"].startswith("capture.")}


# What is left of a verdict when part of what it counts is not there: of a loop
# one round.
LESS = {"sip.stale-loop": "sip.nonce-expired"}


def appeared(cut, first):
    """What less of a capture is blamed for that all of it is not.  A finding
    that says itself that it may be the old one, or that the capture may lack
    what would tell, is the old one turned less sure."""
    old = verdicts(first)
    old |= {LESS[code]: set() for code in old if code in LESS}
    return [f"{code} appeared" for code, others in verdicts(cut).items()
            if code not in old
            and not others & (old.keys() | {"capture.incomplete"})]


def outcomes(document):
    """What became of attempts, but for those that are undecided or well."""
    return {r["outcome"] for r in document["registrations"]} - {
        "registered", "unregistered", "queried", "cut_off"}


# ---- tests ----

def same(case, changed, mask, write=captures.pcap, **how):
    link, _, folder, name, first = case
    second = report(folder, name, write(link, changed, **how))
    origin = [p.origin for p in case[1]]
    return differences(back(first, origin, mask),
                       back(second, [p.origin for p in changed], mask))


def test_formats(case):
    found = []
    for write, order, ns in ((captures.pcap, ">", False),
                             (captures.pcap, "<", True),
                             (captures.pcapng, "<", False),
                             (captures.pcapng, ">", True)):
        found += same(case, case[1], FORMAT, write, order=order,
                      nanoseconds=ns)
    return found


def changed(change, mask):
    def test(case):
        rng = random.Random(case[3])
        # Whether a request is in fragments is what that verdict is about.
        if mask >= FRAGMENTS and "sip.fragments-lost" in verdicts(case[4]):
            return []
        # Each packet gets an identification of its own: copies are none then.
        if mask >= FRAGMENTS and case[4]["coverage"].get("duplicates"):
            return []
        return same(case, list(change(case[1], rng)), mask)
    return test


def test_snaplen(case):
    """Short packets may hide findings; they make none."""
    link, packets, folder, name, first = case
    found = []
    for n in (14, 34, 42, 60, 80, 120, 200, 300, 400, 500, 700):
        cut = report(folder, name, captures.pcap(link, shorten(packets, n)))
        found += [f"snaplen {n}: {what}" for what in appeared(cut, first)]
        # A packet cut short is there and says so.  (One that was lost does
        # not: then silence may look like no answer.)
        found += [f"snaplen {n}: {what}"
                  for what in outcomes(cut) - outcomes(first)]
    return found


def test_loss(case):
    """Nor do packets that the capture lost."""
    link, packets, folder, name, first = case
    found = []
    for seed in range(8):
        rng = random.Random(f"{name} {seed}")
        kept = lose(packets, rng, (0.05, 0.2, 0.5, 0.8)[seed % 4])
        cut = report(folder, name, captures.pcap(link, kept))
        found += [f"loss {seed}: {what}" for what in appeared(cut, first)]
    return found


TESTS = {
    "formats": test_formats,
    "split and reordered": changed(split, PACKETS | FILTER | UNREAD),
    "duplicated": changed(duplicate, PACKETS | FILTER | REPEATS),
    "fragmented": changed(fragment, PACKETS | FILTER | FRAGMENTS),
    "fragmented, last first": changed(
        fragment_backwards, PACKETS | FILTER | FRAGMENTS),
    "cut short": test_snaplen,
    "with losses": test_loss,
}


def run(name):
    """[(test, [what is wrong])] of a case."""
    results = []
    link, packets = captures.read(os.path.join(CASES, name, name + ".pcap"))
    with tempfile.TemporaryDirectory() as folder:
        name += ".pcap"
        try:
            first = report(folder, name, captures.pcap(link, packets))
        except (Broken, ValueError, subprocess.TimeoutExpired) as e:
            return [("as it is", [str(e)])]
        for title, test in TESTS.items():
            try:
                found = test((link, packets, folder, name, first))
            except (Broken, ValueError, subprocess.TimeoutExpired) as e:
                found = [str(e)]
            results.append((title, found))
    return results


def main():
    if os.environ.get("REGSCAN_METAMORPHIC") == "no":
        print("1..0 # SKIP asked not to: run in another build")
        return False
    names = sys.argv[1:] or sorted(
        os.path.basename(os.path.dirname(p))
        for p in glob.glob(os.path.join(CASES, "*", "*.pcap")))
    number, failed = 0, False
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, results in zip(names, pool.map(run, names)):
            for title, found in results:
                number += 1
                print(f"{'not ' if found else ''}ok {number} - {name}: "
                      f"{title}")
                for line in found[:20]:
                    print("#", line.replace("\n", " "))
                failed |= bool(found)
    print(f"1..{number}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
