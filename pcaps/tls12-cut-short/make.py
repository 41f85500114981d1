#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tls12-unknown-ca as a capture that keeps 96 bytes of each packet has it."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here.parent / "tests" / "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402

link, packets = captures.read(here / "tls12-unknown-ca" / "tls12-unknown-ca.pcap")
sys.stdout.buffer.write(captures.pcap(
    link, [captures.Packet(p.ns, p.wire_len, p.data[:96], p.origin)
           for p in packets]))
