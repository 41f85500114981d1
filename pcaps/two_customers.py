# SPDX-License-Identifier: Apache-2.0
"""A capture twice, 3 ms apart: two customers whose phones have the same address and
port, each in a network of its own."""

import pathlib
import re
import struct
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "tests" / "lib"))
import captures  # noqa: E402

PHONE, OTHER = bytes.fromhex("00005e005317"), bytes.fromhex("00005e005327")


def other(data):
    """The same of the second customer: another user, Call-ID, branch, tag and
    phone, and other numbers of TCP."""
    data = data.replace(PHONE, OTHER).replace(b"4025", b"4026")
    data = re.sub(rb"(Call-ID: |branch=z9hG4bK-?|;tag=).", rb"\1Z", data)
    ip = captures.Ip.of(data)
    h = bytearray(ip.payload)
    if ip.proto == captures.PROTO_TCP:
        for at in (4, 8):
            n = struct.unpack_from(">I", h, at)[0]
            struct.pack_into(">I", h, at, n + 0x30000000 & 0xFFFFFFFF if n else 0)
    at = 16 if ip.proto == captures.PROTO_TCP else 6
    struct.pack_into(">H", h, at, 0)
    struct.pack_into(">H", h, at, captures.checksum(
        ip.pseudo(len(h)) + bytes(h)))
    return ip.bytes(bytes(h))


def write(case, frame):
    """frame(data, customer): one of the two in its network."""
    link, packets = captures.read(here / case / f"{case}.pcap")
    out = []
    for p in packets:
        if p.data[12:14] != b"\x08\0":
            continue
        for customer in (False, True):
            data = frame(other(p.data) if customer else p.data, customer)
            out.append(captures.Packet(p.ns + 3000000 * customer, len(data), data,
                                       len(out)))
    out.sort(key=lambda p: p.ns)
    sys.stdout.buffer.write(captures.pcap(link, out))
