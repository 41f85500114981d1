#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-fragments-register of two customers, in networks 100 and 200 of VXLAN: their
fragments have the same addresses and identification, and take turns."""

import pathlib
import re
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import two_customers  # noqa: E402
import wraps  # noqa: E402
from two_customers import captures  # noqa: E402

CASE = "udp-fragments-register"


def other(data):
    """The same of the second customer; datagrams have no checksum."""
    data = re.sub(rb"(Call-ID: |branch=z9hG4bK-?|;tag=).", rb"\1Z", data)
    return data.replace(b"4025", b"4026")


def without_checksum(data):
    first = struct.unpack_from(">H", data, 20)[0] & 0x1FFF == 0
    return data[:40] + b"\0\0" + data[42:] if first else data


link, packets = captures.read(two_customers.here / CASE / f"{CASE}.pcap")
out = []
for i, p in enumerate(packets):
    if p.data[12:14] != b"\x08\0":
        continue
    for customer, network in ((False, 100), (True, 200)):
        data = without_checksum(other(p.data) if customer else p.data)
        data = wraps.udp(4789, struct.pack(">II", 0x08000000, network << 8)
                         + data)
        # Both first fragments come before both second ones.
        ns = p.ns + customer * 3000000 + i * 4000000
        out.append((ns, data))
out.sort(key=lambda x: x[0])
sys.stdout.buffer.write(captures.pcap(link, [
    captures.Packet(ns, len(data), data, i) for i, (ns, data) in enumerate(out)]))
