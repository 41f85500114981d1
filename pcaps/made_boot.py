# SPDX-License-Identifier: Apache-2.0
"""What comes before SIP, made byte by byte: DHCP, ARP, LLDP, CDP, EAPOL and NTP.

As made.py, whose Capture this is; frames may have a VLAN tag.
"""

import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import made  # noqa: E402

ROUTER, DNS, NTP = "192.0.2.1", "203.0.113.53", "203.0.113.123"
PHONE_MAC, ROUTER_MAC = "00:00:5e:00:53:17", "00:00:5e:00:53:01"
OTHER_MAC, SWITCH_MAC = "00:00:5e:00:53:42", "00:00:5e:00:53:fe"
ALL = "ff:ff:ff:ff:ff:ff"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
ASKED = bytes([1, 3, 6, 15, 42, 66, 150, 159, 160])


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def address(text):
    return socket.inet_aton(text)


def option(code, data):
    return bytes([code, len(data)]) + data


def addresses(code, *list_of):
    return option(code, b"".join(map(address, list_of)))


def network(router=ROUTER, dns=(DNS,), more=b""):
    """What a server grants besides the address."""
    names = addresses(6, *dns) if dns else b""
    return (addresses(1, "255.255.255.0") + addresses(3, router) + names
            + addresses(51, "0.0.14.16") + more)


class Link(made.Capture):
    """A capture at the switch port of a phone."""

    def frame(self, at, source, target, kind, data, vlan=0):
        tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
        head = mac(target) + mac(source) + tag + struct.pack(">H", kind)
        self.packets.append((at, (head + data).ljust(60, b"\0")))

    def datagram(self, at, ends, ports, data, macs, vlan=0, ttl=64):
        a, b = map(address, ends)
        udp = struct.pack(">4H", *ports, 8 + len(data), 0)
        udp = udp[:6] + struct.pack(">H", made._sum(
            a + b + struct.pack(">HH", 17, len(udp + data)) + udp + data))
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(data),
                         len(self.packets) + 1, 0, ttl, 17, 0) + a + b
        ip = ip[:10] + struct.pack(">H", made._sum(ip)) + ip[12:]
        self.frame(at, *macs, 0x0800, ip + udp + data, vlan)

    def arp(self, at, op, sender, sender_mac, target, target_mac=None):
        data = struct.pack(">HHBBH", 1, 0x0800, 6, 4, op) + mac(sender_mac)
        data += address(sender) + mac(target_mac or "00:00:00:00:00:00")
        self.frame(at, sender_mac, target_mac or ALL, 0x0806,
                   data + address(target))

    def lldp(self, at, vlan, tagged=True, source=SWITCH_MAC,
             capabilities=b"\0\x14\0\x04"):
        """LLDP of a switch, with a network policy for voice."""
        def tlv(kind, data):
            return struct.pack(">H", kind << 9 | len(data)) + data
        policy = tagged << 22 | vlan << 9 | 5 << 6 | 46
        self.frame(at, source, "01:80:c2:00:00:0e", 0x88CC, b"".join([
            tlv(1, b"\x04" + mac(source)), tlv(2, b"\x05Gi1/0/7"),
            tlv(3, b"\0\x78"), tlv(7, capabilities),
            tlv(127, b"\0\x80\xc2\1\0\1"),
            tlv(127, b"\0\x12\xbb\2\1" + policy.to_bytes(3, "big")),
            tlv(0, b"")]))

    def cdp(self, at, vlan, source=SWITCH_MAC):
        def tlv(kind, data):
            return struct.pack(">HH", kind, 4 + len(data)) + data
        body = b"".join([tlv(1, b"switch"), tlv(3, b"Gi1/0/7"),
                         tlv(4, b"\0\0\0\x28"), tlv(10, b"\0\1"),
                         tlv(14, b"\1" + struct.pack(">H", vlan))])
        body = b"\2\xb4" + struct.pack(">H", made._sum(b"\2\xb4\0\0" + body)) \
            + body
        snap = b"\xaa\xaa\x03\0\0\x0c\x20\0" + body
        self.frame(at, source, "01:00:0c:cc:cc:cc", len(snap), snap)

    def eap(self, at, code, kind=None, source=SWITCH_MAC, target=PHONE_MAC,
            ident=1):
        body = b"" if kind is None else bytes([kind]) + b"\0" * 4
        eap = struct.pack(">BBH", code, ident, 4 + len(body)) + body
        self.frame(at, source, target, 0x888E,
                   b"\2\0" + struct.pack(">H", len(eap)) + eap)


class Client:
    """A DHCP client, and what its servers say to it: to all, or to it alone
    (RFC 2131 4.1) where it is so."""

    alone = False

    def __init__(self, link, hardware=PHONE_MAC, vlan=0, asked=ASKED):
        self.link, self.mac, self.vlan, self.asked = link, hardware, vlan, asked
        self.xid, self.name = 0x5E005317, b"phone17"

    def message(self, op, kind, options, own="0.0.0.0", your="0.0.0.0"):
        head = struct.pack(">BBBBIHH", op, 1, 6, 0, self.xid, 0,
                           0x8000 if op == 1 and not self.alone else 0)
        head += address(own) + address(your) + bytes(8)
        head += mac(self.mac).ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63"
        return head + option(53, bytes([kind])) + options + b"\xff"

    def says(self, at, kind, more=b"", own="0.0.0.0", server=None):
        who = option(60, b"ExamplePhone 1.0") + option(12, self.name)
        asked = option(55, self.asked)
        self.link.datagram(
            at, (own, server or "255.255.255.255"), (68, 67),
            self.message(1, kind, who + more + asked, own),
            (self.mac, ROUTER_MAC if server else ALL), self.vlan)

    def hears(self, at, kind, server=ROUTER, your="192.0.2.17", options=None,
              hardware=ROUTER_MAC):
        if options is None:
            options = network()
        if kind == NAK:
            your, options = "0.0.0.0", option(56, b"wrong network")
        self.link.datagram(
            at, (server, your if self.alone else "255.255.255.255"), (67, 68),
            self.message(2, kind, addresses(54, server) + options, your=your),
            (hardware, self.mac if self.alone else ALL), self.vlan)

    def binds(self, at, your="192.0.2.17", **more):
        """All four messages, in 60 ms."""
        self.says(at, DISCOVER)
        self.hears(at + 0.02, OFFER, your=your, **more)
        self.says(at + 0.04, REQUEST, addresses(50, your)
                  + addresses(54, more.get("server", ROUTER)))
        self.hears(at + 0.06, ACK, your=your, **more)

    def asks(self, at, server, port, data=b"\0\1phone.cnf\0octet\0",
             own="192.0.2.17"):
        """One datagram of the phone that is bound, by its router."""
        self.link.datagram(at, (own, server), (40000, port), data,
                           (self.mac, ROUTER_MAC), self.vlan)


def frames_of(path):
    """Those of a recorded capture (microseconds), by seconds after START."""
    raw, at = pathlib.Path(path).read_bytes(), 24
    while at < len(raw):
        sec, usec, n = struct.unpack_from("<3I", raw, at)
        yield sec - made.START + usec / 1e6, raw[at + 16:at + 16 + n]
        at += 16 + n


def ntp_query(at, offset=0.0):
    """As SNTP clients send it, with their own time."""
    stamp = made.START + at + offset + 2208988800
    return (b"\x23" + bytes(39)
            + struct.pack(">II", int(stamp) % 2**32, int(stamp % 1 * 2**32)))


def ntp_answer(at, offset=0.0):
    stamp = made.START + at + offset + 2208988800
    time = struct.pack(">II", int(stamp) % 2**32, int(stamp % 1 * 2**32))
    return b"\x24\2\3\xe9" + bytes(8) + b"GPS\0" + time * 4
