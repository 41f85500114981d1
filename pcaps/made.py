# SPDX-License-Identifier: Apache-2.0
"""Captures made byte by byte, for what no program does at will or in time.

A case that is made so has its recipe in NAME/make.py, which prints the capture:

    pcaps/NAME/make.py >pcaps/NAME/NAME.pcap

The same recipe gives the same bytes.
"""

import datetime
import hashlib
import struct
import sys

REGISTRAR = "198.51.100.10"
START = int(datetime.datetime(2026, 11, 24, 10, 0, 0,
                              tzinfo=datetime.timezone.utc).timestamp())


def _sum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def _address(text):
    return bytes(int(x) for x in text.split("."))


class Capture:
    """Packets as the router near the phones sees them."""

    def __init__(self):
        self.packets = []

    def udp(self, at, source, target, text):
        """One datagram between ports 5060, `at` seconds after the start."""
        data = text.replace("\n", "\r\n").encode()
        a, b = _address(source), _address(target)
        udp = struct.pack(">4H", 5060, 5060, 8 + len(data), 0)
        pseudo = a + b + struct.pack(">HH", 17, 8 + len(data))
        udp = udp[:6] + struct.pack(">H", _sum(pseudo + udp + data))
        self.ip(at, a, b, 17, udp + data, 64, len(self.packets) + 1)

    def ip(self, at, a, b, protocol, data, ttl, ident):
        """One packet between two addresses."""
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), ident, 0, ttl,
                         protocol, 0) + a + b
        ip = ip[:10] + struct.pack(">H", _sum(ip)) + ip[12:]
        macs = [b"\0\0\x5e\0\x53" + x[3:] for x in (b, a)]
        self.packets.append((at, b"".join(macs) + b"\x08\0" + ip + data))

    def write(self):
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for at, data in sorted(self.packets, key=lambda p: p[0]):
            us = round(at * 1000000)
            out.append(struct.pack("<4I", START + us // 1000000, us % 1000000,
                                   len(data), len(data)) + data)
        sys.stdout.buffer.write(b"".join(out))


SYN, RST, PSH, ACK, FIN = 2, 4, 8, 16, 1


class Tcp:
    """One TCP connection between a phone and a server that is three hops away;
    every packet is as it was made: nothing is repeated or acknowledged by
    itself.  Sides are "phone" and "server"."""

    def __init__(self, capture, phone, port, server=REGISTRAR, to=5060):
        self.capture = capture
        self.ends = {"phone": (phone, port), "server": (server, to)}
        self.seq = {"phone": 1000, "server": 5000}
        self.ttl = {"phone": 64, "server": 61}
        self.mss = {"phone": 1460, "server": 1460}
        self.ip_id = {"phone": 100, "server": 40000}
        self.taken = {"phone": None, "server": None}

    def send(self, at, side, flags, data=b"", timestamps=True, ttl=None,
             ip_id=None, repeat=False):
        """One segment.  With repeat it is the last one of that side again."""
        other = "server" if side == "phone" else "phone"
        size = len(data) + (flags & (SYN | FIN) != 0)
        if repeat:
            self.seq[side] -= size
        options = b""
        if flags & SYN:
            options = struct.pack(">BBHBB", 2, 4, self.mss[side], 1, 1)
        if timestamps:
            options += b"\x08\x0a" + struct.pack(
                ">II", round(at * 1000) + 7000, 0)
        options += b"\x01" * (-len(options) % 4)
        ack = self.seq[other] if flags & ACK else 0
        (a, a_port), (b, b_port) = self.ends[side], self.ends[other]
        a, b = _address(a), _address(b)
        tcp = struct.pack(">HHIIBBHHH", a_port, b_port, self.seq[side], ack,
                          (20 + len(options)) // 4 << 4, flags,
                          0 if flags & RST else 64240, 0, 0) + options + data
        pseudo = a + b + struct.pack(">HH", 6, len(tcp))
        tcp = tcp[:16] + struct.pack(">H", _sum(pseudo + tcp)) + tcp[18:]
        if ip_id is None:
            ip_id = self.ip_id[side]
            self.ip_id[side] += 1
        self.capture.ip(at, a, b, 6, tcp, ttl or self.ttl[side], ip_id)
        self.seq[side] += size

    def opens(self, at):
        self.send(at, "phone", SYN)
        self.send(at + 0.02, "server", SYN | ACK)
        self.send(at + 0.021, "phone", ACK)

    def says(self, at, side, data):
        """Data, and their acknowledgement 20 ms later."""
        other = "server" if side == "phone" else "phone"
        self.send(at, side, PSH | ACK, data)
        self.send(at + 0.02, other, ACK)

    def udp(self, at, source, target, text):
        """What a Phone says, over this connection."""
        side = "phone" if source == self.ends["phone"][0] else "server"
        text = text.replace("SIP/2.0/UDP", "SIP/2.0/TCP")
        self.says(at, side, text.replace("\n", "\r\n").encode())


def block(size, data):
    """After a length of so many bytes."""
    return len(data).to_bytes(size, "big") + data


def client_hello(name, more=b""):
    """A record with a ClientHello of TLS 1.2 that asks for this name, with more
    extensions behind."""
    sni = b"\0\0" + block(2, block(2, b"\0" + block(2, name.encode())))
    groups = b"\0\x0a" + block(2, block(2, b"\0\x1d\0\x17"))
    body = (b"\x03\x03" + bytes(range(32)) + b"\0"
            + block(2, b"\xc0\x2b\xc0\x2f\0\xff") + b"\x01\0"
            + block(2, sni + groups + more))
    return b"\x16\x03\x01" + block(2, b"\x01" + block(3, body))


def _md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Phone:
    """One line of a phone; its messages go into the capture."""

    def __init__(self, capture, address, user, agent, password="secret",
                 instance=None):
        self.capture, self.address, self.user = capture, address, user
        self.agent, self.password, self.instance = agent, password, instance
        self.call, self.cseq, self.branch = 1, 0, 0

    def contact(self, expires=None):
        c = f"<sip:{self.user}@{self.address}:5060>"
        if self.instance:
            c += f';+sip.instance="<urn:uuid:{self.instance}>"'
        return c + (f";expires={expires}" if expires is not None else "")

    def anew(self):
        """As after a restart: another Call-ID."""
        self.call, self.cseq = self.call + 1, 0

    def _common(self):
        tag = f"{self.address[-2:]}{self.call}"
        return (f"Via: SIP/2.0/UDP {self.address}:5060;"
                f"branch=z9hG4bK{tag}x{self.branch};rport\n"
                f"From: <sip:{self.user}@example.com>;tag={tag}\n"
                f"To: <sip:{self.user}@example.com>TOTAG\n"
                f"Call-ID: {self.call}-{self.user}@{self.address}\n"
                f"CSeq: {self.cseq} REGISTER\n")

    def register(self, at, expires=3600, nonce=None):
        self.cseq += 1
        self.branch += 1
        credentials = ""
        if nonce:
            ha1 = _md5(f"{self.user}:example.com:{self.password}")
            ha2 = _md5("REGISTER:sip:example.com")
            credentials = (
                f'Authorization: Digest username="{self.user}", '
                f'realm="example.com", nonce="{nonce}", '
                f'uri="sip:example.com", algorithm=MD5, '
                f'response="{_md5(f"{ha1}:{nonce}:{ha2}")}"\n')
        self.request = (
            "REGISTER sip:example.com SIP/2.0\n"
            + self._common().replace("TOTAG", "")
            + credentials
            + f"Contact: {self.contact()}\nExpires: {expires}\n"
            f"Max-Forwards: 70\nUser-Agent: {self.agent}\n"
            "Content-Length: 0\n\n")
        self.again(at)

    def again(self, at):
        self.capture.udp(at, self.address, REGISTRAR, self.request)

    def answered(self, at, status, more):
        common = self._common().replace("TOTAG", ";tag=r").replace(
            ";rport", f";rport=5060;received={self.address}")
        self.capture.udp(at, REGISTRAR, self.address,
                         f"SIP/2.0 {status}\n{common}{more}"
                         "Server: registrar\nContent-Length: 0\n\n")

    def challenged(self, at, nonce):
        self.answered(at, "401 Unauthorized",
                     'WWW-Authenticate: Digest realm="example.com", '
                     f'nonce="{nonce}", algorithm=MD5\n')

    def told_to_wait(self, at, seconds):
        self.answered(at, "503 Service Unavailable", f"Retry-After: {seconds}\n")

    def accepted(self, at, *contacts):
        self.answered(at, "200 OK", f"Contact: {', '.join(contacts)}\n")

    def registers(self, at, granted, *others, expires=3600):
        """Challenge and all; the 200 comes 60 ms later."""
        nonce = _md5(f"{self.address} {at}")
        self.register(at, expires)
        self.challenged(at + 0.02, nonce)
        self.register(at + 0.04, expires, nonce)
        self.accepted(at + 0.06, *others, self.contact(granted))

    def refused(self, at, nonce):
        """With credentials, and in vain."""
        self.register(at)
        self.challenged(at + 0.02, nonce + "1")
        self.register(at + 0.04, nonce=nonce + "1")
        self.challenged(at + 0.06, nonce + "2")
