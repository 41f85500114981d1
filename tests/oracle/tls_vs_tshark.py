#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fingerprints of every TLS handshake of the captures at hand, as regscan
reports them and as tshark computes them: JA3 and JA3S, and JA4 where this
tshark knows it.  JA4 of badcurveball.pcap is also held against what its
authors' own program says.

Captures are those of pcaps/ and, where it exists, of the folder of real ones
(REGSCAN_CAPTURES, as for tests/captures/truth.py); arguments are captures to
look at instead.  Skipped without tshark.
"""

import functools
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))
sys.dont_write_bytecode = True  # the source tree may be read-only
import at_hand  # noqa: E402
import oracle  # noqa: E402
from tap import share, told  # noqa: E402

REGSCAN = os.environ.get("REGSCAN", "./regscan")

# FoxIO-LLC/ja4, python/test/testdata.
JA4 = {"badcurveball.pcap": "t13d1615h2_46e7e9700bed_45f260be83e2"}


@functools.cache
def fields_of_tshark():
    """The fingerprints that this tshark has, by our names."""
    known = subprocess.run(["tshark", "-G", "fields"], capture_output=True,
                           text=True).stdout
    return [n for n in ("ja3", "ja3s", "ja4")
            if "\ttls.handshake.%s\t" % n in known]


def of_tshark(path, names):
    """{name: [values, in order of frames]}"""
    command = ["tshark", "-n", "-r", path, "-T", "json",
               "-Y", "tcp && tls.handshake",  # not QUIC
               "-o", "tcp.reassemble_out_of_order:TRUE"]
    # Hellos of any port: the heuristic that looks at the bytes.
    command += ["--enable-heuristic", "tls_tcp", "-o",
                "tcp.try_heuristic_first:TRUE"]
    command += ["-e", "frame.number", "-e", "tls.handshake.type"]
    for n in names:
        command += ["-e", "tls.handshake.%s" % n]
    run = subprocess.run(command, capture_output=True, text=True)
    found = {n: [] for n in names}
    for packet in json.loads(run.stdout or "[]"):
        layers = packet["_source"]["layers"]
        for n in names:
            found[n] += layers.get("tls.handshake.%s" % n, [])
    return found


def of_regscan(path):
    run = subprocess.run([REGSCAN, "--all-tls", "--format", "json", path],
                         capture_output=True, text=True)
    return json.loads(run.stdout)["handshakes"] if run.stdout else []


def both(path):
    return path, of_tshark(path, fields_of_tshark()), of_regscan(path)


def compare(path, theirs, ours):
    name = os.path.basename(path)
    if not any(theirs.values()):
        return
    for n in theirs:
        # A second ClientHello and a HelloRetryRequest are hellos as well, of
        # which regscan reports the first and the last.
        have = [h[n] for h in ours if n in h]
        told(set(have) <= set(theirs[n]), "%s: %s are tshark's" % (name, n),
             "regscan %s" % have, "tshark %s" % theirs[n])
        retries = sum(h.get("hello_retry", False) for h in ours)
        told(len(have) + retries >= len(theirs[n]),
             "%s: no %s is missing" % (name, n),
             "regscan %s" % have, "tshark %s" % theirs[n])
    if name in JA4:
        told([h.get("ja4") for h in ours] == [JA4[name]],
             "%s: JA4 as published" % name, ours)


def captures():
    return sorted(
        share("REGSCAN_ORACLE", at_hand.cases("tls*/*.pcap")) +
        [p for p in at_hand.real()
         if p.endswith((".pcap", ".pcapng", ".cap"))])


sys.exit(oracle.run(both, compare, captures))
