#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is said of a damaged capture must hold of the whole one.

    tests/mutated.py [--seed N] [--count N] [--share K/N] [FILE...]

Each FILE (the cases of pcaps/, and the captures that REGSCAN_CAPTURES names
where they are there) is reported as it is, and then COUNT times with each kind
of damage:

- Losses: packets that are gone at the begin, at the end, in the middle, here
  and there, or of one address; a snaplen; a file that ends anywhere.  What is
  left is true, so every finding must be one of the whole capture, or say by
  its alternatives that it may be one, or that the capture may lack what would
  tell.  Of a snaplen, no attempt may end in another way than the whole
  capture knows.
- Disorder: neighbours that changed places.  No error may be called certain
  that the whole capture does not have.
- Bits that are flipped in one frame, behind its headers.  They may change what
  was said, a status code say, and checksums of all messages are not looked at;
  but no error may be called certain that the whole capture does not have, but
  for SAID.

tests/mutate.py is about crashes: it damages more, and believes less.
"""

import argparse
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import at_hand  # noqa: E402
import captures  # noqa: E402
import damage  # noqa: E402
import tap  # noqa: E402
from verdicts import (  # noqa: E402
    LESS, Broken, appeared, certain_errors, outcomes, report)

# Errors that consist in what one message says, be it true or damaged.
SAID = {"sip.alg-rewrite"}  # another Via than was sent
MOST = 4000  # frames of a long capture that are looked at
ANY = (0, 1, 3, 4)


def lossy(change):
    def test(rng, case):
        link, packets, folder, name, first = case
        cut = report(folder, name, captures.pcap(link, change(rng, packets)),
                     statuses=ANY)
        return appeared(cut, first, LESS.get(name))
    return test


def snaplen(rng, case):
    link, packets, folder, name, first = case
    n = rng.choice((14, 34, 42, 54, 68, 96, 128, 256, rng.randrange(14, 1500)))
    cut = report(folder, name, captures.pcap(link, [
        captures.Packet(p.ns, p.wire_len, p.data[:n], p.origin)
        for p in packets]), statuses=ANY)
    return [f"snaplen {n}: {what}"
            for what in appeared(cut, first) + sorted(
                outcomes(cut) - outcomes(first))]


def file_cut(rng, case):
    """Anywhere, so mostly inside of a packet, or of what is compressed."""
    _, _, folder, name, first, raw = case
    cut = report(folder, name, raw[:rng.randrange(len(raw) + 1)],
                 statuses=ANY)
    return appeared(cut, first, LESS.get(name))


def certain(change):
    def test(rng, case):
        link, packets, folder, name, first = case
        changed = report(folder, name, captures.pcap(
            link, change(rng, packets)), statuses=ANY)
        return [f"{code} is certain" for code in
                sorted(certain_errors(changed) - certain_errors(first) - SAID)]
    return test


KINDS = {
    "begins late": lossy(damage.begins_late),
    "ends early": lossy(damage.ends_early),
    "a hole": lossy(damage.hole),
    "losses": lossy(damage.drop),
    "one address is not seen": lossy(damage.one_way),
    "cut short": snaplen,
    "neighbours changed places": certain(damage.neighbours),
    "a frame with flipped bits": certain(damage.flip_payload),
}


def frames(path, folder):
    """(link type, packets) or None; formats that are not read here are made
    pcap where a tool for it is there."""
    try:
        return captures.read(path)
    except ValueError:
        pass
    if not shutil.which("editcap"):
        return None
    made = os.path.join(folder, "made")
    r = subprocess.run(["editcap", "-F", "pcap", path, made],
                       capture_output=True, check=False)
    try:
        return captures.read(made) if r.returncode == 0 else None
    except (ValueError, OSError):
        return None


def tests(path, folder, name, options):
    """(kind, what is wrong), for all that was tried."""
    with open(path, "rb") as f:
        raw = f.read()
    whole = report(folder, name, raw, statuses=ANY)
    read = frames(path, folder)
    for i in range(options.count):
        rng = random.Random(f"{name} {options.seed} {i}")
        if len(raw) < 4000000:
            yield "file cut off", file_cut(
                rng, (None, None, folder, name, whole, raw))
        if read is None:
            continue
        link, packets = read[0], read[1][:MOST]
        first = report(folder, name, captures.pcap(link, packets),
                       statuses=ANY)
        for kind, test in KINDS.items():
            rng = random.Random(f"{name} {options.seed} {i} {kind}")
            yield kind, test(rng, (link, packets, folder, name, first))


def run(path, options):
    found, n = [], 0
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for kind, wrong in tests(path, folder, name, options):
                n += 1
                found += [f"{kind}: {what}" for what in wrong]
        except (Broken, ValueError, subprocess.TimeoutExpired) as e:
            found.append(str(e))
    return name, n, found


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=1)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--share", metavar="K/N",
                   default=os.environ.get("REGSCAN_MUTATED", "0/12"),
                   help="of each N files the one after the first K")
    p.add_argument("files", nargs="*")
    o = p.parse_args()
    if os.environ.get("REGSCAN_METAMORPHIC") == "no":
        print("1..0 # SKIP asked not to: run in another build")
        return False
    files = o.files or damage.CASES + at_hand.real()
    if not o.files:
        files = tap.part(o.share, files)
    tried, failed = 0, False
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for number, (name, n, found) in enumerate(
                pool.map(lambda f: run(f, o), files), 1):
            tried += n
            failed |= bool(found)
            print(f"{'not ' if found else ''}ok {number} - {name}",
                  flush=True)
            for line in found:
                print("#", line.replace("\n", " "))
    print(f"# {tried} damaged captures, seed {o.seed}")
    print(f"1..{len(files)}")
    return failed or tried == 0


if __name__ == "__main__":
    sys.exit(main())
