# SPDX-License-Identifier: Apache-2.0
"""IPv6 beside IPv4 on the link of a phone, made byte by byte: neighbour
discovery, DHCPv6, ICMP errors, and SIP between hosts whose hardware addresses
are given.

As made_boot.py, whose Link this is.
"""

import struct

from made import Phone, REGISTRAR, _address, _sum
from made_boot import Link, PHONE_MAC, ROUTER_MAC, mac
from made_dns import Resolver, syn6, v6

REGISTRAR6 = "2001:db8:2::10"
ROUTER6, PHONE6, PHONE_LOCAL = "fe80::1", "2001:db8:1::17", "fe80::17"
SOLICIT, ADVERTISE, REQUEST6, REPLY = 1, 2, 3, 7


class Wire(Link):
    """A link on which `cards` have what addresses; all others are behind the
    router."""

    def __init__(self, cards):
        super().__init__()
        self.cards = cards

    def macs(self, source, target):
        return [self.cards.get(x, ROUTER_MAC) for x in (source, target)]

    def ttl(self, source):
        return 64 if source in self.cards else 61

    def udp(self, at, source, target, text):
        source, target = source.strip("[]"), target.strip("[]")
        data = text.replace("\n", "\r\n").encode()
        if ":" in source + target:
            target = REGISTRAR6 if target == REGISTRAR else target
            source = REGISTRAR6 if source == REGISTRAR else source
            self.datagram6(at, (source, target), (5060, 5060), data)
        else:
            self.datagram(at, (source, target), (5060, 5060), data,
                          self.macs(source, target), ttl=self.ttl(source))

    def packet6(self, at, ends, protocol, data, macs=None, hops=None):
        head = struct.pack(">IHBB", 0x60000000, len(data), protocol,
                           hops or self.ttl(ends[0]))
        self.frame(at, *(macs or self.macs(*ends)), 0x86DD,
                   head + v6(ends[0]) + v6(ends[1]) + data)

    def datagram6(self, at, ends, ports, data, macs=None, hops=None):
        udp = struct.pack(">4H", *ports, 8 + len(data), 0)
        udp = udp[:6] + struct.pack(">H", _sum(
            v6(ends[0]) + v6(ends[1]) + struct.pack(">II", 8 + len(data), 17)
            + udp + data)) + udp[8:]
        self.packet6(at, ends, 17, udp + data, macs, hops)

    def ip(self, at, a, b, protocol, data, ttl, ident):
        """What made_dns.py sends."""
        ends = [".".join(map(str, x)) for x in (a, b)]
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), ident, 0,
                           self.ttl(ends[0]), protocol, 0) + a + b
        head = head[:10] + struct.pack(">H", _sum(head)) + head[12:]
        self.frame(at, *self.macs(*ends), 0x0800, head + data)

    def icmp(self, at, sender, target, kind, code, quoted, macs=None):
        """An error; quoted: the IP packet."""
        data = struct.pack(">BBHI", kind, code, 0, 0) + quoted
        data = data[:2] + struct.pack(">H", _sum(data)) + data[4:]
        a, b = map(_address, (sender, target))
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 7, 0,
                           self.ttl(sender), 1, 0) + a + b
        head = head[:10] + struct.pack(">H", _sum(head)) + head[12:]
        self.frame(at, *(macs or self.macs(sender, target)), 0x0800,
                   head + data)

    def last_packet(self):
        """The IP packet that was written last."""
        data = self.packets[-1][1][14:]
        return data[:struct.unpack(">H", data[2:4])[0]]

    # Neighbour discovery, RFC 4861 4.

    def icmp6(self, at, source, target, data, hardware):
        one, two = v6(source), v6(target)
        pseudo = one + two + struct.pack(">II", len(data), 58)
        data = data[:2] + struct.pack(">H", _sum(pseudo + data)) + data[4:]
        group = "33:33:" + ":".join(f"{x:02x}" for x in two[-4:])
        to = group if two[0] == 0xFF else self.cards.get(target, ROUTER_MAC)
        self.packet6(at, (source, target), 58, data, (hardware, to), 255)

    def solicits(self, at, source, target, hardware=PHONE_MAC):
        """Who has it?  From "::": is it free?"""
        data = struct.pack(">BBHI", 135, 0, 0, 0) + v6(target)
        if source != "::":
            data += b"\1\1" + mac(hardware)
        last = v6(target)[-3:]
        group = f"ff02::1:ff{last[0]:02x}:{last[1]:02x}{last[2]:02x}"
        self.icmp6(at, source, group, data, hardware)

    def advertises(self, at, target, hardware, to="ff02::1", override=True,
                   router=False):
        flags = router << 31 | (to != "ff02::1") << 30 | override << 29
        self.icmp6(at, target, to, struct.pack(">BBHI", 136, 0, 0, flags)
                   + v6(target) + b"\2\1" + mac(hardware), hardware)

    def router(self, at, lifetime=1800):
        """Its prefix is 2001:db8:1::/64, for addresses of hosts' own."""
        data = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0)
        data += b"\1\1" + mac(ROUTER_MAC)
        data += struct.pack(">BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0)
        self.icmp6(at, ROUTER6, "ff02::1", data + v6("2001:db8:1::"),
                   ROUTER_MAC)


def option6(code, data):
    return struct.pack(">HH", code, len(data)) + data


def binds6(link, at, hardware=PHONE_MAC, address=PHONE6, local=PHONE_LOCAL,
           named=None):
    """DHCPv6 as phones do it: SIP servers and name servers are asked for.  The
    DUID holds `named`, where that is not its own hardware address."""
    who = option6(1, struct.pack(">HH", 3, 1) + mac(named or hardware))
    server = option6(2, struct.pack(">HH", 3, 1) + mac(ROUTER_MAC))
    asked = option6(6, struct.pack(">3H", 21, 22, 23))
    lease = option6(5, v6(address) + struct.pack(">II", 1800, 3600))
    empty = struct.pack(">III", 1, 0, 0)
    granted = option6(3, empty + lease) + option6(22, v6(REGISTRAR6)) \
        + option6(23, v6("2001:db8:3::53"))
    talk = [(SOLICIT, who + asked + option6(3, empty)),
            (ADVERTISE, who + server + granted),
            (REQUEST6, who + server + asked + option6(3, empty + lease)),
            (REPLY, who + server + granted)]
    for i, (kind, options) in enumerate(talk):
        data = struct.pack(">I", kind << 24 | 0x5E17) + options
        if kind in (SOLICIT, REQUEST6):
            link.datagram6(at + i * 0.02, (local, "ff02::1:2"), (546, 547),
                           data, (hardware, "33:33:00:01:00:02"), 1)
        else:
            link.datagram6(at + i * 0.02, (ROUTER6, local), (547, 546), data,
                           (ROUTER_MAC, hardware), 64)


def releases6(link, at, hardware=PHONE_MAC, address=PHONE6,
              local=PHONE_LOCAL):
    """It gives its address back, and the server says that this is well."""
    who = option6(1, struct.pack(">HH", 3, 1) + mac(hardware))
    server = option6(2, struct.pack(">HH", 3, 1) + mac(ROUTER_MAC))
    lease = option6(5, v6(address) + struct.pack(">II", 0, 0))
    head = struct.pack(">III", 1, 0, 0)
    link.datagram6(at, (local, "ff02::1:2"), (546, 547),
                   struct.pack(">I", 8 << 24 | 0x5E18) + who + server
                   + option6(3, head + lease),
                   (hardware, "33:33:00:01:00:02"), 1)
    link.datagram6(at + 0.02, (ROUTER6, local), (547, 546),
                   struct.pack(">I", REPLY << 24 | 0x5E18) + who + server
                   + option6(13, b"\0\0released"), (ROUTER_MAC, hardware), 64)


def asks6(link, phone=PHONE6):
    return Resolver(_Resolves(link), phone, "2001:db8:3::53")


class _Resolves:
    """made_dns.py writes frames of its own: their hardware addresses are those
    of the link."""

    def __init__(self, link):
        self.link, self.packets = link, self

    def append(self, packet):
        at, frame = packet
        from ipaddress import IPv6Address
        ends = [str(IPv6Address(frame[n:n + 16])) for n in (22, 38)]
        frame = bytearray(frame)
        one, two = self.link.macs(*ends)
        frame[:12] = mac(two) + mac(one)
        frame[21] = self.link.ttl(ends[0])
        self.link.packets.append((at, bytes(frame)))


def syn_at(link, at, source, port, target, to):
    syn6(_Resolves(link), at, source, port, target, to)


def line(link, address, user):
    return Phone(link, address, user, "ExamplePhone/1.0")


def phone_boots():
    """A link whose router advertises itself, and a phone that has an address of
    IPv6 by DHCP since second 2."""
    c = Wire({PHONE6: PHONE_MAC, PHONE_LOCAL: PHONE_MAC})
    c.solicits(0, "::", PHONE_LOCAL)
    c.router(1)
    binds6(c, 2)
    c.solicits(3, "::", PHONE6)
    return c
