#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-fragments-lost, as it looks near the registrar: TTLs are exchanged."""

import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here.parent / "tests" / "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402

link, packets = captures.read(
    here / "udp-fragments-lost" / "udp-fragments-lost.pcap")
out = []
for p in packets:
    d = bytearray(p.data)
    if d[12:14] == b"\x08\0":
        d[22] = {64: 61, 61: 64}.get(d[22], d[22])
        d[24:26] = b"\0\0"
        struct.pack_into(">H", d, 24, captures.checksum(bytes(d[14:34])))
    out.append(p.of(bytes(d)))
sys.stdout.buffer.write(captures.pcap(link, out))
