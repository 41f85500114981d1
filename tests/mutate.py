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
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import at_hand  # noqa: E402
import captures  # noqa: E402
import damage  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
CONTROLS = (set(range(0x20)) - {0x0A}) | set(range(0x7F, 0xA0))


def mutated(path, seed, number):
    # Not hash(): the same in every process.
    rng = random.Random(f"{os.path.basename(path)} {seed} {number}")
    try:
        link, packets = captures.read(path)
    except ValueError:
        with open(path, "rb") as f:
            return damage.damage_file(rng, f.read())
    if len(packets) > damage.MOST:
        at = rng.randrange(len(packets) - damage.MOST)
        packets = packets[at:at + damage.MOST]
    for _ in range(rng.choice((1, 1, 2, 3))):
        if packets:
            packets = rng.choice(damage.CHANGES)(rng, packets)
    if rng.random() < 0.03:
        link = rng.choice(damage.LINKS)
    write = captures.pcapng if rng.random() < 0.2 else captures.pcap
    raw = write(link, packets, rng.choice("<>"), rng.random() < 0.5)
    return damage.damage_file(rng, raw) if rng.random() < 0.2 else raw


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
    files = o.files or damage.CASES + at_hand.real()
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
