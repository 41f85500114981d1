#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that offers ECH (RFC 9849), and GREASE (RFC 8701): the name in clear is
the outer one. The server knows neither; its flight and the phone's refusal are
those of tls12-sni-mismatch."""

import pathlib
import struct
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
from made import ACK, Capture, FIN, Tcp, block, client_hello  # noqa: E402


def first_flight(path):
    """The first TCP payload from port 8934 in a capture (Ethernet, IPv4)."""
    data, at = path.read_bytes(), 24
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + 16:at + 16 + size]
        at += 16 + size
        if packet[12:14] != b"\x08\0" or packet[34:36] != b"\x22\xe6":
            continue
        end = 14 + int.from_bytes(packet[16:18], "big")
        payload = packet[34 + (packet[46] >> 4) * 4:end]
        if payload:
            return payload
    raise SystemExit("no flight")


c = Capture()

grease = b"\x2a\x2a\0\0"
# outer, HKDF-SHA256 and AES-128-GCM, a config, a key and a payload
ech = b"\xfe\x0d" + block(2, b"\0\0\x01\0\x01\x07" + block(2, bytes(32))
                          + block(2, bytes(144)))
versions = b"\0\x2b" + block(2, block(1, b"\x5a\x5a\x03\x04\x03\x03"))
t = Tcp(c, "192.0.2.17", 40001, to=8934)
t.opens(0)
t.says(0.03, "phone", client_hello("public.example.net",
                                   grease + versions + ech))
t.says(0.07, "server", first_flight(
    here.parent / "tls12-sni-mismatch" / "tls12-sni-mismatch.pcap"))
t.says(0.1, "phone", b"\x15\x03\x03\0\x02\x02\x2a")
t.send(0.121, "phone", FIN | ACK)
t.send(0.141, "server", FIN | ACK)
t.send(0.142, "phone", ACK)
c.write()
