#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tcp-icmp-prohibited of two customers, on VLANs 10 and 20; but only the second one
is told that it may not."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import two_customers  # noqa: E402
from two_customers import captures  # noqa: E402

QUOTED_SEQ = 8 + 20 + 4


def quoting_other(data):
    """The same of the second customer's SYN."""
    ip = captures.Ip.of(data)
    h = bytearray(ip.payload)
    n = struct.unpack_from(">I", h, QUOTED_SEQ)[0]
    struct.pack_into(">I", h, QUOTED_SEQ, n + 0x30000000 & 0xFFFFFFFF)
    struct.pack_into(">H", h, 2, 0)
    struct.pack_into(">H", h, 2, captures.checksum(bytes(h)))
    return ip.bytes(bytes(h))


def tagged(data, vlan):
    return data[:12] + struct.pack(">HH", 0x8100, vlan) + data[12:]


CASE = "tcp-icmp-prohibited"
link, packets = captures.read(two_customers.here / CASE / f"{CASE}.pcap")
out = []
for p in packets:
    if p.data[12:14] != b"\x08\0":
        continue
    if captures.Ip.of(p.data).proto == captures.PROTO_TCP:
        out.append((p.ns, tagged(p.data, 10)))
        out.append((p.ns + 3000000, tagged(two_customers.other(p.data), 20)))
    else:
        out.append((p.ns + 3000000, tagged(quoting_other(p.data), 20)))
sys.stdout.buffer.write(captures.pcap(link, [
    captures.Packet(ns, len(data), data, i) for i, (ns, data) in enumerate(out)]))
