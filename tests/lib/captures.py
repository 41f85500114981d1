# SPDX-License-Identifier: Apache-2.0
"""Captures in memory: read a pcap file, change packets, write it again.

Knows what the metamorphic tests need and no more: Ethernet, IPv4, IPv6
without extension headers, TCP.  A packet is a Packet; its `origin` is the
frame number, from 1, that it had in the file that was read, and stays with
everything that is made of it.
"""

import dataclasses
import struct

PROTO_TCP = 6
PROTO_UDP = 17
PROTO_FRAGMENT = 44
FIN, SYN, RST, PSH = 1, 2, 4, 8


@dataclasses.dataclass
class Packet:
    ns: int        # time since the epoch
    wire_len: int
    data: bytes
    origin: int

    def of(self, data):
        """A packet of the same instant, whole."""
        return Packet(self.ns, len(data), data, self.origin)


def read(path):
    """(link type, [Packet]) of a pcap file, either byte order."""
    with open(path, "rb") as f:
        raw = f.read()
    magics = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}
    for order in "<>":
        magic = struct.unpack_from(order + "I", raw)[0]
        if magic in magics:
            break
    else:
        raise ValueError(f"{path}: not a pcap file")
    unit = magics[magic]
    link = struct.unpack_from(order + "I", raw, 20)[0]
    packets, at = [], 24
    while at + 16 <= len(raw):
        sec, frac, n, wire = struct.unpack_from(order + "4I", raw, at)
        packets.append(Packet(sec * 10**9 + frac * unit, wire,
                              raw[at + 16:at + 16 + n], len(packets) + 1))
        at += 16 + n
    return link, packets


def pcap(link, packets, order="<", nanoseconds=False):
    """The bytes of a pcap file."""
    unit = 1 if nanoseconds else 1000
    out = [struct.pack(order + "IHHiIII",
                       0xA1B23C4D if nanoseconds else 0xA1B2C3D4,
                       2, 4, 0, 0, 262144, link)]
    for p in packets:
        out.append(struct.pack(order + "4I", p.ns // 10**9,
                               p.ns % 10**9 // unit, len(p.data), p.wire_len))
        out.append(p.data)
    return b"".join(out)


def _block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    n = len(body) + 12
    return struct.pack(order + "II", kind, n) + body + struct.pack(
        order + "I", n)


def _options(order, *pairs):
    out = b""
    for code, value in pairs:
        out += struct.pack(order + "HH", code, len(value)) + value
        out += b"\0" * (-len(value) % 4)
    return out + struct.pack(order + "HH", 0, 0)


def pcapng(link, packets, order="<", nanoseconds=False, interfaces=1,
           drops=(), names=(), say=b"test"):
    """The bytes of a pcapng file, with comments that say nothing, or without.  Of several
    interfaces each has a resolution and an offset of time of its own, the
    first that of all; packets go to them in turn.  `drops` are indices of
    packets before which one was lost, `names` are pairs of the bytes of an
    address and a list of names, which stand at the end, where Wireshark has
    them."""
    comments = [(1, say)] if say else []
    out = [_block(order, 0x0A0D0D0A, struct.pack(
        order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + _options(order, *comments))]
    exponents = [9 if nanoseconds else 6, 9, 8, 7][:interfaces]
    for i, e in enumerate(exponents):
        out.append(_block(order, 1, struct.pack(order + "HHI", link, 0, 0)
                          + _options(order, (9, bytes([e])),
                                     (14, struct.pack(order + "q", i)))))
    for k, p in enumerate(packets):
        i = k % len(exponents)
        t = (p.ns - i * 10**9) * 10**exponents[i] // 10**9
        padding = b"\0" * (-len(p.data) % 4)
        out.append(_block(order, 6, struct.pack(
            order + "5I", i, t >> 32, t & 0xFFFFFFFF, len(p.data), p.wire_len)
            + p.data + padding + _options(order, *comments, *(
                [(4, struct.pack(order + "Q", 1))] if k in drops else []))))
    if names:
        out.append(_block(order, 4, _options(order, *(
            (1 if len(a) == 4 else 2,
             a + b"".join(n.encode() + b"\0" for n in of))
            for a, of in names))))
    return b"".join(out)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


@dataclasses.dataclass
class Ip:
    """An Ethernet packet taken apart at its IP payload."""
    link: bytes
    version: int
    header: bytes
    proto: int
    payload: bytes

    @staticmethod
    def of(data):
        """None where it is no whole, unfragmented IP packet without IPv6
        extension headers."""
        if len(data) < 34 or data[12:14] not in (b"\x08\0", b"\x86\xdd"):
            return None
        ip = data[14:]
        if ip[0] >> 4 == 4:
            n = (ip[0] & 15) * 4
            total = struct.unpack_from(">H", ip, 2)[0]
            if struct.unpack_from(">H", ip, 6)[0] & 0x3FFF:
                return None
            proto = ip[9]
        else:
            n = 40
            if len(ip) < n:
                return None
            total = n + struct.unpack_from(">H", ip, 4)[0]
            proto = ip[6]
        if not n <= total <= len(ip):
            return None
        return Ip(data[:14], ip[0] >> 4, ip[:n], proto, ip[n:total])

    def bytes(self, payload, more=None, offset=0, ident=0):
        """The packet with another payload; as a fragment where `more` says
        whether others follow."""
        h = bytearray(self.header)
        if self.version == 4:
            struct.pack_into(">H", h, 2, len(h) + len(payload))
            if more is not None:
                struct.pack_into(">HH", h, 4, ident, offset // 8
                                 | (0x2000 if more else 0))
            struct.pack_into(">H", h, 10, 0)
            struct.pack_into(">H", h, 10, checksum(bytes(h)))
        else:
            if more is not None:
                payload = struct.pack(">BBHI", self.proto, 0,
                                      offset | bool(more), ident) + payload
                h[6] = PROTO_FRAGMENT
            struct.pack_into(">H", h, 4, len(payload))
        return self.link + bytes(h) + payload

    def pseudo(self, n):
        a = self.header[12:20] if self.version == 4 else self.header[8:40]
        return a + struct.pack(">II", n, self.proto)


@dataclasses.dataclass
class Tcp:
    ip: Ip
    header: bytes
    payload: bytes

    @staticmethod
    def of(data):
        """None where it is no whole TCP segment."""
        ip = Ip.of(data)
        if ip is None or ip.proto != PROTO_TCP or len(ip.payload) < 20:
            return None
        n = (ip.payload[12] >> 4) * 4
        return Tcp(ip, ip.payload[:n], ip.payload[n:])

    @property
    def flags(self):
        return self.header[13]

    def part(self, begin, end):
        """The packet with payload[begin:end] only; FIN stays with the end."""
        h = bytearray(self.header)
        seq = struct.unpack_from(">I", h, 4)[0]
        struct.pack_into(">I", h, 4, (seq + begin) & 0xFFFFFFFF)
        if end < len(self.payload):
            h[13] &= ~(FIN | PSH)
        struct.pack_into(">H", h, 16, 0)
        whole = bytes(h) + self.payload[begin:end]
        struct.pack_into(">H", h, 16, checksum(
            self.ip.pseudo(len(whole)) + whole))
        return self.ip.bytes(bytes(h) + self.payload[begin:end])
