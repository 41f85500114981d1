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
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402
from captures import FIN, RST, SYN, Ip, Packet, Tcp  # noqa: E402
from tap import share  # noqa: E402
from verdicts import (  # noqa: E402
    CASES, LESS, Broken, appeared, outcomes, report)

ID = re.compile(r"^(\d+)-(\d+)((?:-\d+)?)$")
RECORD = re.compile(r"^(\w+ \d+-)(\d+)((?:-\d+)?)$")

# What a report may change, by what was done to the capture.

# More or fewer packets hold the same bytes: counts of packets and their
# bytes, of the file, and of what nDPI labelled; and how many flows it was not
# asked about, where a flow's first bytes are not in its first packet.
PACKETS = {"coverage.packets", "coverage.decoded", "coverage.files.packets",
           "coverage.files.bytes", "coverage.other_traffic.packets",
           "coverage.other_traffic.bytes", "coverage.unlabelled_flows"}
# And what nDPI, which does not put segments together, takes the flow for.
LABELS = PACKETS | {"coverage.other_traffic"}
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
FORMAT = {"coverage.files.format", "coverage.files.compression",
          "coverage.files.comments", "coverage.files.path"}
# Of many files each is told of by itself; a display filter is for one.
FILES = {"coverage.files"} | FILTER
# The first and the last frame of several, and which of several phones, or of
# its connections, is the example: frames have the order of files.
OVERLAP = FILES | {"phones.id", "phones.chain.frames",
                   "phones.chain.records", "phones.lines.frame",
                   "findings.id", "findings.at", "findings.aor",
                   "findings.detail", "findings.evidence",
                   "findings.phone.port", "findings.records"}


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
    """Each IP packet with something in it in two or three fragments, but for
    neighbour discovery, which is none then (RFC 6980)."""
    ident = 0x1000
    for p in packets:
        ip = Ip.of(p.data)
        n = len(ip.payload) // 8 if ip else 0
        if n < 4 or (ip.proto == 58 and 133 <= ip.payload[0] <= 136):
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


def set_back(packets, at):
    """The clock of the capture, by an hour."""
    return [p if i < at else Packet(p.ns - 3600 * 10**9, p.wire_len, p.data,
                                    p.origin)
            for i, p in enumerate(packets)]


def lose(packets, rng, share):
    return [p for p in packets if rng.random() >= share]


# ---- reports ----

def back(value, origin, mask, path="", file=0):
    """The document with frame numbers of the original and without what the
    mask names.  `origin` has them by number of the file.  A frame that was
    split is in a list once, and evidence, which comes in the order of frames,
    has none within one frame."""
    if isinstance(value, dict):
        out = {}
        file = value.get("file", file)
        for key, v in value.items():
            below = f"{path}.{key}" if path else key
            if below in mask:
                continue
            if key == "frame" and isinstance(v, int):
                v = origin[file][v - 1]
            elif key == "file" and isinstance(v, int):
                v = 0
            out[key] = back(v, origin, mask, below, file)
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
            return f"0-{origin[int(m[1])][int(m[2]) - 1]}{m[3]}"
        m = RECORD.match(value)
        if m:
            n = origin[int(m[1].split(" ")[1][:-1])][int(m[2]) - 1]
            return f"{m[1].split(' ')[0]} 0-{n}{m[3]}"
        # Times with nine digits where the file has them.
        return re.sub(r"(T\d\d:\d\d:\d\d\.\d{6})000Z$", r"\1Z", value)
    return value


def by_id(document):
    """Lists in the order of ids, which the number of a file is part of."""
    def key(v):
        if "id" in v:
            return [int(n) for n in v["id"].split("-")]
        if "code" in v:
            return json.dumps(v, sort_keys=True)
        if "client" in v:
            return [v["client"]["address"], v.get("aors", [])]
        frame = v["frame"]
        return [frame["frame"] if isinstance(frame, dict) else frame]

    def walk(value):
        if isinstance(value, dict):
            return {k: walk(v) for k, v in value.items()}
        if not isinstance(value, list):
            return value
        value = [walk(v) for v in value]
        if all(isinstance(v, dict)
               and v.keys() & {"id", "code", "client", "frame"}
               for v in value):
            value.sort(key=key)
        elif all(isinstance(v, str) and (ID.match(v) or RECORD.match(v))
                 for v in value):
            value.sort()
        return value
    return walk(document)


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


# What a change does to a verdict that is about just that, by case and change.
# Once the first REGISTER comes in fragments too, and is answered, it is no longer
# the fragments that tell the second one from it.
OF_FRAGMENTS = {
    "findings.code", "findings.title", "findings.detail", "findings.advice",
    "findings.alternatives"}
AT_REGISTRAR = OF_FRAGMENTS | {"findings.certainty"}
# Bytes came twice, before: a message is of the frames whose copy was taken.
COPIES = {"registrations.frames"}
ABOUT = {("udp-fragments-lost.pcap", "fragment"): OF_FRAGMENTS,
         ("udp-fragments-lost.pcap", "fragment_backwards"): OF_FRAGMENTS,
         ("udp-fragments-lost-at-registrar.pcap", "fragment"): AT_REGISTRAR,
         ("udp-fragments-lost-at-registrar.pcap", "fragment_backwards"):
             AT_REGISTRAR,
         ("tcp-segments-again.pcap", "split"): COPIES,
         ("tcp-segments-differ.pcap", "split"): COPIES,
         # A server is slow only where nothing was sent again.
         ("keys-slow-server.pcap", "duplicate"): {"findings"},
         ("tls12-slow-server.pcap", "duplicate"): {"findings"}}


# ---- tests ----

def same(case, changed, mask, write=captures.pcap, path=None, then=bytes,
         **how):
    """What differs where the changed packets are written so, and the file then
    changed as a whole."""
    link, _, folder, name, first = case
    second = report(folder, name, then(write(link, changed, **how)), path)
    return differences(back(first, [[p.origin for p in case[1]]], mask),
                       back(second, [[p.origin for p in changed]], mask))


def zstd(content):
    return subprocess.run(["zstd", "-qc"], input=content, check=True,
                          capture_output=True).stdout


def test_formats(case):
    found = []
    for write, order, ns in ((captures.pcap, ">", False),
                             (captures.pcap, "<", True),
                             (captures.pcapng, "<", False),
                             (captures.pcapng, ">", True)):
        found += same(case, case[1], FORMAT, write, order=order,
                      nanoseconds=ns)
    found += same(case, case[1], FORMAT, captures.pcapng, interfaces=4,
                  then=gzip.compress, path="-")
    if shutil.which("zstd"):
        found += same(case, case[1], FORMAT, then=zstd)
    return found


def steps(packets):
    """Where packets may be parted without a change of their order."""
    latest = packets[0].ns if packets else 0
    for i, p in enumerate(packets[1:], 1):
        if p.ns > latest and all(q.ns > latest for q in packets[i:]):
            yield i
        latest = max(latest, p.ns)


def rotate(packets, rng):
    """Up to seven files, one after the other.  Not parted where it was quiet
    for a second: there could have been something between two files."""
    at = [i for i in steps(packets)
          if packets[i].ns - packets[i - 1].ns < 10**9]
    cuts = sorted(rng.sample(at, min(6, len(at))))
    for begin, end in zip([0] + cuts, cuts + [len(packets)]):
        yield packets[begin:end]


def deal(packets, _):
    """Up to thirty files, each with packets of all the time."""
    at = set(steps(packets))
    n = max(1, min(30, len(at) // 2))
    hands, who = [[] for _ in range(n)], 0
    for i, p in enumerate(packets):
        who = (who + (i in at)) % n
        hands[who].append(p)
    return hands


def in_files(part, mask):
    def test(case):
        """A folder of files: other formats, names in another order."""
        link, packets, folder, name, first = case
        rng = random.Random(name)
        content, origin = {name: b"no capture"}, {}
        for i, share in enumerate(part(packets, rng)):
            file = f"many/{rng.random()}"
            origin[file] = [p.origin for p in share]
            write = captures.pcapng if i % 3 == 1 else captures.pcap
            content[file] = write(link, share)
            if i % 2:
                content[file] = gzip.compress(content[file])
        many = os.path.join(folder, "many")
        shutil.rmtree(many, ignore_errors=True)
        os.mkdir(many)
        second = report(folder, name, content, "many")
        order = [origin[f["path"]] for f in second["coverage"]["files"]]
        return differences(
            by_id(back(first, [[p.origin for p in packets]], mask)),
            by_id(back(second, order, mask)))
    return test


def changed(change, mask):
    def test(case):
        rng = random.Random(case[3])
        # Each packet gets an identification of its own: copies are none then.
        if mask >= FRAGMENTS and case[4]["coverage"].get("duplicates"):
            return []
        about = ABOUT.get((case[3], change.__name__), set())
        return same(case, list(change(case[1], rng)), mask | about)
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
        found += [f"loss {seed}: {what}"
                  for what in appeared(cut, first, LESS.get(name))]
    return found


def test_clock(case):
    """Nor does a clock that is set, though nobody can tell how long who waited."""
    link, packets, folder, name, first = case
    found = []
    for at in sorted({1, *(len(packets) * i // 4 for i in (1, 2, 3))} - {0}):
        cut = report(folder, name, captures.pcap(link, set_back(packets, at)))
        found += [f"set back at {at}: {what}" for what in
                  [*appeared(cut, first), *(outcomes(cut) - outcomes(first))]]
    return found


TESTS = {
    "formats": test_formats,
    "rotated": in_files(rotate, FILES),
    "dealt to many files": in_files(deal, OVERLAP),
    "split and reordered": changed(split, LABELS | FILTER | UNREAD),
    "duplicated": changed(duplicate, PACKETS | FILTER | REPEATS),
    "fragmented": changed(fragment, PACKETS | FILTER | FRAGMENTS),
    "fragmented, last first": changed(
        fragment_backwards, PACKETS | FILTER | FRAGMENTS),
    "cut short": test_snaplen,
    "with losses": test_loss,
    "clock set back": test_clock,
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


# (case, test) -> why less is said then; told as a skipped test.
SAYS_LESS = {
    ("phone-silent", "dealt to many files"):
        "what shows that its packets would be seen has to be of one file",
    ("phone-silent", "fragmented"): "fragments of DHCP are no such sign",
    ("phone-silent", "fragmented, last first"): "likewise",
    ("phone-silent-port", "rotated"):
        "what shows that its packets would be seen has to be of one file",
    ("phone-silent-port", "dealt to many files"): "likewise",
}


def pcapng(path):
    """Its frames cannot be taken out of what is between them: secrets."""
    with open(path, "rb") as f:
        return f.read(4) == b"\x0a\x0d\x0d\x0a"


def beside_log(path):
    """The times and lengths of its log are those of the capture as it is."""
    return os.path.basename(path).startswith("log-")


def main():
    if os.environ.get("REGSCAN_METAMORPHIC") == "no":
        print("1..0 # SKIP asked not to: run in another build")
        return False
    names = sys.argv[1:] or sorted(
        os.path.basename(os.path.dirname(p))
        for p in glob.glob(os.path.join(CASES, "*", "*.pcap"))
        if not pcapng(p) and not beside_log(p))
    # "K/N": of each N cases the one after the first K.
    if not sys.argv[1:]:
        names = share("REGSCAN_METAMORPHIC", names)
    number, failed = 0, False
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, results in zip(names, pool.map(run, names)):
            for title, found in results:
                number += 1
                less = SAYS_LESS.get((name, title))
                if less:
                    print(f"ok {number} - {name}: {title} # SKIP {less}")
                    continue
                print(f"{'not ' if found else ''}ok {number} - {name}: "
                      f"{title}")
                for line in found[:20]:
                    print("#", line.replace("\n", " "))
                failed |= bool(found)
    print(f"1..{number}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
