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
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(data),
                         len(self.packets) + 1, 0, 64, 17, 0) + a + b
        ip = ip[:10] + struct.pack(">H", _sum(ip)) + ip[12:]
        macs = [b"\0\0\x5e\0\x53" + x[3:] for x in (b, a)]
        self.packets.append((at, b"".join(macs) + b"\x08\0" + ip + udp + data))

    def write(self):
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for at, data in sorted(self.packets, key=lambda p: p[0]):
            us = round(at * 1000000)
            out.append(struct.pack("<4I", START + us // 1000000, us % 1000000,
                                   len(data), len(data)) + data)
        sys.stdout.buffer.write(b"".join(out))


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

    def _answer(self, at, status, more):
        common = self._common().replace("TOTAG", ";tag=r").replace(
            ";rport", f";rport=5060;received={self.address}")
        self.capture.udp(at, REGISTRAR, self.address,
                         f"SIP/2.0 {status}\n{common}{more}"
                         "Server: registrar\nContent-Length: 0\n\n")

    def challenged(self, at, nonce):
        self._answer(at, "401 Unauthorized",
                     'WWW-Authenticate: Digest realm="example.com", '
                     f'nonce="{nonce}", algorithm=MD5\n')

    def told_to_wait(self, at, seconds):
        self._answer(at, "503 Service Unavailable", f"Retry-After: {seconds}\n")

    def accepted(self, at, *contacts):
        self._answer(at, "200 OK", f"Contact: {', '.join(contacts)}\n")

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
