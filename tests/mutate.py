#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures, damaged at random, through the whole program.

    tests/mutate.py [--seed N] [--count N] [--jobs N] [FILE...]

Each FILE (the cases of pcaps/, and the captures that REGSCAN_CAPTURES names
where they are there) is changed COUNT times: bits flipped in frames or
anywhere, cut off, frames in another order, twice, or gone, two captures in
one, snaplens, times and link types.  Then regscan reads it, as text and as
JSON.  Nothing may crash, the exit status is 0, 1, 3 or 4, standard error has
its own lines only, JSON parses and does not depend on the hash seed, and the
text has no controls.  Best over a build with sanitizers: REGSCAN names the
program.

The same seed makes the same files.  One that fails is left in the current
folder as mutated-NAME-SEED-N.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
FOLDER = os.environ.get(
    "REGSCAN_CAPTURES", os.path.join(HERE, "../../shared/captures"))
LINKS = (0, 1, 12, 101, 108, 113, 147, 228, 229, 276)
CASES = sorted(glob.glob(os.path.join(HERE, "../pcaps/*/*.pcap")))
MOST = 400  # frames of a long capture
CONTROLS = (set(range(0x20)) - {0x0A}) | set(range(0x7F, 0xA0))


# ---- changes to frames: (rng, packets) -> packets

def some(rng, packets):
    """A few of them, more of a long list."""
    return rng.sample(packets, min(len(packets),
                                   1 + rng.randrange(1 + len(packets) // 4)))


def flip(rng, packets):
    for p in some(rng, [p for p in packets if p.data]):
        data = bytearray(p.data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        p.data = bytes(data)
    return packets


def splice(rng, packets):
    """Bytes put in, taken out or repeated; lengths of headers not mended."""
    for p in some(rng, [p for p in packets if len(p.data) > 60]):
        a, b = sorted(rng.randrange(40, len(p.data)) for _ in range(2))
        p.data = rng.choice((p.data[:a] + p.data[b:],
                             p.data[:b] + p.data[a:],
                             p.data[:a] + rng.randbytes(8) + p.data[b:]))
        p.wire_len = max(p.wire_len, len(p.data))
    return packets


def snaplen(rng, packets):
    n = rng.choice((0, 14, 34, 42, 54, 66, 96, 128, 300, 600,
                    rng.randrange(1500)))
    for p in packets:
        p.data = p.data[:n]
    return packets


def shorten(rng, packets):
    for p in some(rng, packets):
        p.data = p.data[:rng.randrange(len(p.data) + 1)]
        if rng.random() < 0.5:
            p.wire_len = len(p.data)
    return packets


def shuffle(rng, packets):
    if rng.random() < 0.5:
        rng.shuffle(packets)
        return packets
    for _ in range(1 + len(packets) // 8):
        i = rng.randrange(len(packets))
        packets.insert(rng.randrange(max(0, i - 4), i + 4), packets.pop(i))
    return packets


def drop(rng, packets):
    share = rng.choice((0.05, 0.3, 0.7))
    return [p for p in packets if rng.random() > share]


def repeat(rng, packets):
    return [p for p in packets for _ in range(rng.choice((1, 1, 1, 2, 3)))]


def times(rng, packets):
    for p in some(rng, packets):
        p.ns = max(0, p.ns + rng.choice(
            (-1, 1, -10**9, 31 * 10**9, 3600 * 10**9, -10**18, 2 * 10**18)))
        p.ns = min(p.ns, (2**32 - 1) * 10**9)
    return packets


def lengths(rng, packets):
    for p in some(rng, packets):
        p.wire_len = rng.choice((0, 1, len(p.data) + 1, 65536, 2**31,
                                 2**32 - 1))
    return packets


def mix(rng, packets):
    """Another case at the same time, with addresses that both have."""
    _, more = captures.read(rng.choice(CASES))
    later = packets[0].ns - more[0].ns + rng.randrange(10**9)
    for p in more:
        p.ns = min(max(0, p.ns + later), (2**32 - 1) * 10**9)
    return sorted(packets + more[:MOST], key=lambda p: p.ns)


CHANGES = (mix, flip, flip, flip, splice, splice, snaplen, shorten, shuffle, drop,
           repeat, times, lengths)


# ---- files

def damage_file(rng, raw):
    """Of any format: bits flipped anywhere, numbers replaced, or cut off."""
    raw = bytearray(raw)
    how = rng.randrange(3)
    if how == 0 or len(raw) < 8:
        return bytes(raw[:rng.randrange(len(raw) + 1)])
    for _ in range(rng.choice((1, 2, 10, 50))):
        at = rng.randrange(len(raw) - 4)
        if how == 1:
            raw[at] ^= 1 << rng.randrange(8)
        else:
            struct.pack_into("<I", raw, at & ~3, rng.choice(
                (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, rng.randrange(70000))))
    return bytes(raw)


def mutated(path, seed, number):
    # Not hash(): the same in every process.
    rng = random.Random(f"{os.path.basename(path)} {seed} {number}")
    try:
        link, packets = captures.read(path)
    except ValueError:
        with open(path, "rb") as f:
            return damage_file(rng, f.read())
    if len(packets) > MOST:
        at = rng.randrange(len(packets) - MOST)
        packets = packets[at:at + MOST]
    for _ in range(rng.choice((1, 1, 2, 3))):
        if packets:
            packets = rng.choice(CHANGES)(rng, packets)
    if rng.random() < 0.03:
        link = rng.choice(LINKS)
    write = captures.pcapng if rng.random() < 0.2 else captures.pcap
    raw = write(link, packets, rng.choice("<>"), rng.random() < 0.5)
    return damage_file(rng, raw) if rng.random() < 0.2 else raw


# ---- runs

def run(path, *options):
    """(standard output, what is wrong)."""
    r = subprocess.run([REGSCAN, *options, path], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120, check=False)
    if r.returncode not in (0, 1, 3, 4):
        return r.stdout, f"status {r.returncode}: " + r.stderr.decode(
            errors="replace")
    for line in r.stderr.splitlines():
        if not line.startswith(b"regscan: "):
            return r.stdout, "stderr: " + line.decode(errors="replace")
    return r.stdout, None


def controls(text):
    for c in text:
        if ord(c) in CONTROLS:
            return f"control {ord(c):#x} in the text"
    return None


def check(path, options):
    text, wrong = run(path, "--hash-seed=1", *options)
    if wrong:
        return "text: " + wrong
    a, wrong = run(path, "--format=json", "--hash-seed=2", *options)
    if wrong:
        return "json: " + wrong
    b, wrong = run(path, "--format=json", "--hash-seed=3", *options)
    if wrong:
        return "json: " + wrong
    try:
        json.loads(a)
        wrong = controls(text.decode())
    except ValueError as e:
        return str(e)
    return wrong or (None if a == b else "differs by hash seed")


def keys(path):
    """The options for the keys of a case that has some."""
    for option, name in (("--keylog", "keys.log"), ("--rsa-key",
                                                    "server.key")):
        file = os.path.join(os.path.dirname(os.path.abspath(path)), name)
        if os.path.exists(file):
            return [option, file]
    return []


def one(path, seed, number):
    raw = mutated(path, seed, number)
    options = random.Random(number + seed).choice(
        ([], ["--all-tls"], ["--all-tls", "--memory-limit=16"]))
    options = options + keys(path)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "m")
        with open(file, "wb") as f:
            f.write(raw)
        try:
            wrong = check(file, options)
        except subprocess.TimeoutExpired:
            wrong = "takes more than two minutes"
    if wrong:
        kept = f"mutated-{os.path.basename(path)}-{seed}-{number}"
        with open(kept, "wb") as f:
            f.write(raw)
        wrong = f"{kept} {' '.join(options)}: {wrong}"
    return wrong


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=5)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("files", nargs="*")
    o = p.parse_args()
    files = o.files or CASES + sorted(
        f for f in glob.glob(os.path.join(FOLDER, "*"))
        if not f.endswith((".md", ".json")))
    bad = n = 0
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for wrong in pool.map(lambda a: one(*a), (
                (f, o.seed, i) for f in files for i in range(o.count))):
            n += 1
            if wrong:
                bad += 1
                print("not ok -", wrong, flush=True)
    print(f"{'not ok' if bad else 'ok'} - {n} damaged captures, {bad} bad")
    return 1 if bad or n == 0 else 0


sys.exit(main())
