# SPDX-License-Identifier: Apache-2.0
"""DNS in captures made byte by byte: see made.py."""

import struct

from made import Capture, Phone, REGISTRAR, _address, _sum

A, AAAA, SRV, NAPTR, NXDOMAIN = 1, 28, 33, 35, 3


def wire_name(name):
    labels = [x for x in name.split(".") if x]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def record(name, kind, data):
    return wire_name(name) + struct.pack(">HHIH", kind, 1, 300,
                                         len(data)) + data


def a(name, address):
    return record(name, A, _address(address))


def v6(text):
    """Of an address that has all of its eight groups, or one "::"."""
    head, _, tail = text.partition("::")
    left = [int(x, 16) for x in head.split(":") if x]
    right = [int(x, 16) for x in tail.split(":") if x]
    zeros = [0] * (8 - len(left) - len(right))
    return struct.pack(">8H", *left, *zeros, *right)


def aaaa(name, address):
    return record(name, AAAA, v6(address))


def srv(name, priority, port, target):
    return record(name, SRV, struct.pack(">3H", priority, 10, port)
                  + wire_name(target))


def naptr(name, order, preference, service, target):
    """One that leads to an SRV record (RFC 3263 4.1)."""
    texts = [b"s", service.encode(), b""]
    return record(name, NAPTR, struct.pack(">2H", order, preference)
                  + b"".join(bytes([len(t)]) + t for t in texts)
                  + wire_name(target))


class Resolver:
    """What one phone asks one DNS server, each question from a port of its
    own."""

    def __init__(self, capture, phone, server="203.0.113.53"):
        self.capture, self.phone, self.server = capture, phone, server
        self.port = 41000

    def _datagram(self, at, source, target, ports, data):
        if ":" in source:
            datagram6(self.capture, at, source, target, ports, data)
            return
        one, two = _address(source), _address(target)
        udp = struct.pack(">4H", *ports, 8 + len(data), 0)
        pseudo = one + two + struct.pack(">HH", 17, 8 + len(data))
        udp = udp[:6] + struct.pack(">H", _sum(pseudo + udp + data))
        self.capture.ip(at, one, two, 17, udp + data, 64,
                        len(self.capture.packets) + 1)

    def asks(self, at, name, kind, answers=(), extra=(), rcode=0):
        """The answer, 20 ms later, has these records."""
        self.port += 1
        question = wire_name(name) + struct.pack(">HH", kind, 1)
        head = struct.pack(">H", self.port & 0xFFFF)
        self._datagram(at, self.phone, self.server, (self.port, 53),
                       head + struct.pack(">5H", 0x0100, 1, 0, 0, 0)
                       + question)
        counts = (0x8180 + rcode, 1, len(answers), 0, len(extra))
        self._datagram(at + 0.02, self.server, self.phone, (53, self.port),
                       head + struct.pack(">5H", *counts) + question
                       + b"".join(answers) + b"".join(extra))

    def is_refused(self, at, name, kind, waits):
        """Asked again after each of these seconds, from the same port and with
        the same id; REFUSED each time, by a header without a question."""
        self.port += 1
        head = struct.pack(">H", self.port & 0xFFFF)
        query = (head + struct.pack(">5H", 0x0100, 1, 0, 0, 0)
                 + wire_name(name) + struct.pack(">HH", kind, 1))
        for wait in waits:
            self._datagram(at + wait, self.phone, self.server,
                           (self.port, 53), query)
            self._datagram(at + wait + 0.001, self.server, self.phone,
                           (53, self.port),
                           head + struct.pack(">5H", 0x8105, 0, 0, 0, 0))


class Elsewhere:
    """A capture for a phone whose registrar is at another address."""

    def __init__(self, capture, server):
        self.capture, self.server = capture, server

    def udp(self, at, source, target, text):
        ends = [self.server if x == REGISTRAR else x for x in (source, target)]
        self.capture.udp(at, *ends, text)


def phone_at(capture, address, user, server=REGISTRAR):
    return Phone(Elsewhere(capture, server), address, user,
                 "ExamplePhone/1.0")


def in_vain(phone, at):
    """A REGISTER with all of its repeats (RFC 3261 17.1.2.2)."""
    phone.register(at)
    for wait in (0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5):
        phone.again(at + wait)


def packet6(capture, at, one, two, protocol, data):
    ip = struct.pack(">IHBB", 0x60000000, len(data), protocol, 64) + one + two
    macs = [b"\0\0\x5e\0\x53" + x[-1:] for x in (two, one)]
    capture.packets.append((at, b"".join(macs) + b"\x86\xdd" + ip + data))


def datagram6(capture, at, source, target, ports, data):
    one, two = v6(source), v6(target)
    udp = struct.pack(">4H", *ports, 8 + len(data), 0)
    pseudo = one + two + struct.pack(">II", 8 + len(data), 17)
    udp = udp[:6] + struct.pack(">H", _sum(pseudo + udp + data))
    packet6(capture, at, one, two, 17, udp + data)


def syn6(capture, at, source, port, target, to):
    """A SYN over IPv6."""
    one, two = v6(source), v6(target)
    tcp = struct.pack(">HHIIBBHHH", port, to, 1000, 0, 6 << 4, 2, 64240, 0, 0)
    tcp += b"\x02\x04\x05\xa0"
    pseudo = one + two + struct.pack(">II", len(tcp), 6)
    tcp = tcp[:16] + struct.pack(">H", _sum(pseudo + tcp)) + tcp[18:]
    packet6(capture, at, one, two, 6, tcp)


def two_servers():
    """A capture in which SRV records name two servers, of which the first is
    dead and a phone went there in vain; the phone's resolver; the phone."""
    c = Capture()
    dns = Resolver(c, "192.0.2.17")
    name = "_sip._udp.example.com"
    dns.asks(0, name, SRV,
             [srv(name, 10, 5060, "one.example.net"),
              srv(name, 20, 5060, "two.example.net")])
    dns.asks(0.05, "one.example.net", A,
             [a("one.example.net", "198.51.100.66")])
    phone = phone_at(c, "192.0.2.17", "2000", "198.51.100.66")
    in_vain(phone, 0.1)
    return c, dns, phone


def told_otherwise(address):
    """A capture in which three phones are told one address of the proxy and
    register, and a fourth one is told this address; that phone, 3.1 s on."""
    c = Capture()
    name = "_sip._udp.example.com"
    for i, told in enumerate((REGISTRAR, REGISTRAR, REGISTRAR, address)):
        at = f"192.0.2.{17 + i}"
        dns = Resolver(c, at)
        dns.asks(i, name, SRV, [srv(name, 10, 5060, "proxy.example.net")])
        dns.asks(i + 0.05, "proxy.example.net", A,
                 [a("proxy.example.net", told)])
        phone = phone_at(c, at, f"200{i}", told)
        if i < 3:
            phone.registers(i + 0.1, 3600)
    return c, phone


IPV6_NAME = "_sip._tcp.example.com"


def ipv6_in_vain():
    """A capture in which a phone has an address of each family of its server,
    and tries IPv6, where nobody answers; the phone's resolver."""
    c = Capture()
    dns = Resolver(c, "2001:db8:1::17", "2001:db8:3::53")
    dns.asks(0, IPV6_NAME, SRV,
             [srv(IPV6_NAME, 10, 5060, "proxy.example.net")])
    dns.asks(0.05, "proxy.example.net", AAAA,
             [aaaa("proxy.example.net", "2001:db8:2::66")])
    dns.asks(0.1, "proxy.example.net", A,
             [a("proxy.example.net", "198.51.100.10")])
    for wait in (0, 1, 3, 7, 15):
        syn6(c, 0.2 + wait, "2001:db8:1::17", 40001, "2001:db8:2::66", 5060)
    return c, dns


NAPTR_TLS, NAPTR_UDP = "_sips._tcp.example.com", "_sip._udp.example.com"


def two_naptr(asked):
    """Of one order, TLS preferred; what the phone asks for then does not exist."""
    c, name = Capture(), "example.com"
    dns = Resolver(c, "192.0.2.17")
    for at in 0, 30, 60:
        dns.asks(at, name, NAPTR, [naptr(name, 10, 20, "SIP+D2U", NAPTR_UDP),
                                   naptr(name, 10, 10, "SIPS+D2T", NAPTR_TLS)])
        dns.asks(at + 0.05, asked, SRV, rcode=NXDOMAIN)
    c.write()
