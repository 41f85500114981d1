# SPDX-License-Identifier: Apache-2.0
"""Phones behind a NAT, as the registrar sees them: one address, and a port for
each of theirs."""

import struct

from made import REGISTRAR, Phone, Tcp


class Nat:
    """A capture to phones behind it; each is in its place of `address`."""

    def __init__(self, capture, address):
        self.capture, self.address = capture, address
        self.ports, self.connections = {}, {}

    def port(self, inner):
        return self.ports.setdefault(inner, 40001 + len(self.ports))

    def connect(self, at, inner):
        """That phone uses TCP."""
        t = Tcp(self.capture, self.address, self.port(inner))
        t.ttl = {"phone": 57, "server": 64}
        t.opens(at)
        self.connections[inner] = t

    def udp(self, at, source, target, text):
        outward = target == REGISTRAR
        inner = source if outward else target
        port = self.port(inner)
        text = text.replace(f";rport=5060;received={inner}",
                            f";rport={port};received={self.address}")
        ends = (self.address, target) if outward else (source, self.address)
        if inner in self.connections:
            self.connections[inner].udp(at, *ends, text)
        else:
            self.datagram(at, *ends, port if outward else 5060,
                          5060 if outward else port, text)

    def datagram(self, at, source, target, source_port, target_port, text):
        """Without a checksum (RFC 768)."""
        data = text.replace("\n", "\r\n").encode()
        a, b = (bytes(int(x) for x in s.split(".")) for s in (source, target))
        udp = struct.pack(">4H", source_port, target_port, 8 + len(data), 0)
        self.capture.ip(at, a, b, 17, udp + data,
                        64 if source == REGISTRAR else 57,
                        len(self.capture.packets) + 1)


class NatPhone(Phone):
    """Its Contact is its own address, until it learns its public one."""

    def __init__(self, nat, address, user, agent):
        super().__init__(nat, address, user, agent)
        self.at = f"{address}:5060"

    def learns(self):
        self.at = f"{self.capture.address}:{self.capture.port(self.address)}"

    def contact(self, expires=None):
        c = f"<sip:{self.user}@{self.at}>"
        return c + (f";expires={expires}" if expires is not None else "")
