#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-register, as a switch sends it on by ERSPAN (type II), its frames tagged,
and each twice: a mirror of both directions of both ports."""

import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here))
sys.path.insert(0, str(here.parent / "tests" / "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402
import wraps  # noqa: E402

link, packets = captures.read(here / "udp-register" / "udp-register.pcap")
out, number = [], 0
for p in packets:
    for tagged in (True, False):
        frame = p.data[:12] + b"\x81\0\0\x78" + p.data[12:] if tagged else (
            p.data)
        number += 1
        header = struct.pack(">HHIII", 0x1000, 0x88BE, number,
                             0x10780000 | 7, number)
        outer = wraps.ethernet(wraps.ip(47, header + frame, number))
        out.append(captures.Packet(p.ns + 20000 * (not tagged), len(outer),
                                   outer, number))
sys.stdout.buffer.write(captures.pcap(link, out))
