# SPDX-License-Identifier: Apache-2.0
"""Ethernet frames in other clothes: every encapsulation that regscan reads.

WRAPS is {name: (link type, function)}; a function takes the bytes of an
Ethernet frame with IP in it, and its number, and gives those of the frame
around it.  Tunnels end at 203.0.113.1 and 203.0.113.2; their ends know nothing
of phones.
"""

import hashlib
import struct

ETHERNET, PPP, RAW, C_HDLC, WLAN, PRISM = 1, 9, 101, 104, 105, 119
NULL, LOOP, SLL, SLL2, PPPOE, RADIOTAP = 0, 108, 113, 276, 51, 127
AVS, PPI, MPLS = 163, 192, 219
OUTER = bytes.fromhex("00005e00530a00005e00530b")


def _sum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def ip(proto, payload, number=0):
    h = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 20 + len(payload), number, 0, 62,
                    proto, 0, 203, 0, 113, 1, 203, 0, 113, 2)
    return h[:10] + struct.pack(">H", _sum(h)) + h[12:] + payload


def ip6(proto, payload):
    a = bytes.fromhex("20010db8000900000000000000000001")
    return struct.pack(">IHBB", 0x60000000, len(payload), proto, 62) + a + (
        a[:15] + b"\2") + payload


def ethernet(payload, kind=None):
    if kind is None:
        kind = 0x86DD if payload[0] >> 4 == 6 else 0x0800
    return OUTER + struct.pack(">H", kind) + payload


def udp(port, payload, source=49200):
    return ethernet(ip(17, struct.pack(
        ">4H", source, port, 8 + len(payload), 0) + payload))


def _kind(frame):
    return frame[12:14]


def _inner(frame):
    """The IP packet, without the padding of the frame."""
    p = frame[14:]
    n = struct.unpack(">H", p[2:4])[0] if p[0] >> 4 == 4 else (
        40 + struct.unpack(">H", p[4:6])[0])
    return p[:n]


def _is_ip(frame):
    return _kind(frame) in (b"\x08\0", b"\x86\xdd")


def _tag(tag):
    return lambda f, i: f[:12] + tag + f[12:]


def _over_ip(proto, header):
    """header(frame, number): the tunnel's header and what is in it."""
    return lambda f, i: ethernet(ip(proto, header(f, i), i))


def _over_udp(port, header):
    return lambda f, i: udp(port, header(f, i))


def _gre(flags, kind, *fields):
    return struct.pack(">HH", flags, kind) + b"".join(fields)


def _up(frame):
    """The phone sent it."""
    return frame[6:12] == bytes.fromhex("00005e005317")


def _number(i):
    return struct.pack(">I", i)


def _ppp(f):
    return (b"\0\x57" if f[14] >> 4 == 6 else b"\0\x21") + _inner(f)


def _label(label, last=False):
    return struct.pack(">I", label << 12 | last << 8 | 64)


def _erspan2(i):
    return struct.pack(">II", 0x10640000 | 7, i)


def _erspan3(i, more=False):
    return struct.pack(">III", 0x20640007, i, 0x00010000 | more) + (
        b"\0" * 8 if more else b"")


def _mac_header(f, to_ds):
    """802.11 data: from a phone to the access point, or back."""
    a = bytes.fromhex("02005e005301")
    if to_ds:
        return a + f[6:12] + f[:6]
    return f[:6] + a + f[6:12]


def _wlan(f, i, qos=False, pad=b""):
    control = b"\x88" if qos else b"\x08"
    to_ds = i % 2 == 0
    return (control + (b"\1" if to_ds else b"\2") + b"\0\0"
            + _mac_header(f, to_ds) + struct.pack("<H", i << 4 & 0xFFFF)
            + (b"\0\0" if qos else b"") + pad
            + b"\xaa\xaa\3\0\0\0" + _kind(f) + f[14:])


def _radiotap(flags=0):
    return struct.pack("<BBHIQB", 0, 0, 17, 3, 99, flags)


def _esp_null(f, i):
    """Transport mode, null encryption, 96 bits of ICV (RFC 2404)."""
    p = _inner(f)
    six = p[0] >> 4 == 6
    n = 40 if six else (p[0] & 15) * 4
    proto = p[6] if six else p[9]
    payload = p[n:]
    pad = -(len(payload) + 2) % 4
    esp = struct.pack(">II", 0x1234, i) + payload + bytes(
        range(1, pad + 1)) + bytes([pad, proto])
    esp += hashlib.sha1(esp).digest()[:12]
    h = bytearray(p[:n])
    if six:
        h[6] = 50
        struct.pack_into(">H", h, 4, len(esp))
    else:
        h[9] = 50
        struct.pack_into(">H", h, 2, n + len(esp))
        struct.pack_into(">H", h, 10, 0)
        struct.pack_into(">H", h, 10, _sum(bytes(h)))
    return f[:14] + bytes(h) + esp


def _ah(f, i):
    p = _inner(f)
    six = p[0] >> 4 == 6
    n = 40 if six else (p[0] & 15) * 4
    ah = bytes([p[6] if six else p[9], 4]) + struct.pack(
        ">HII", 0, 7, i) + b"\0" * 12
    h = bytearray(p[:n])
    struct.pack_into(">H", h, 4 if six else 2,
                     len(p) + len(ah) - (40 if six else 0))
    h[6 if six else 9] = 51
    return f[:14] + bytes(h) + ah + p[n:]


def hep(f, i=0, seconds=0, micros=0):
    """What a HEP agent sends of a datagram; of anything else nothing."""
    p = _inner(f)
    six = p[0] >> 4 == 6
    n = 40 if six else (p[0] & 15) * 4
    if p[6 if six else 9] != 17:
        return None
    a = p[8:24] if six else p[12:16]
    b = p[24:40] if six else p[16:20]
    chunks = [(1, b"\x0a" if six else b"\2"), (2, b"\x11"),
              (5 if six else 3, a), (6 if six else 4, b),
              (7, p[n:n + 2]), (8, p[n + 2:n + 4]),
              (9, struct.pack(">I", seconds)), (10, struct.pack(">I", micros)),
              (11, b"\1"), (12, b"\0\0\7\xd1"), (15, p[n + 8:])]
    out = b"".join(struct.pack(">HHH", 0, t, 6 + len(v)) + v
                   for t, v in chunks)
    return b"HEP3" + struct.pack(">H", 6 + len(out)) + out


def _hep(f, i):
    message = hep(f, i)
    return message and udp(9060, message)


def _nested(f, i):
    """VLAN in VXLAN in GRE in MPLS in PPPoE in QinQ."""
    f = WRAPS["vlan"][1](f, i)
    f = WRAPS["vxlan"][1](f, i)
    f = WRAPS["gre-ethernet"][1](f, i)
    f = WRAPS["mpls"][1](f, i)
    f = WRAPS["gre-ethernet"][1](f, i)
    f = WRAPS["pppoe"][1](f, i)
    return _tag(b"\x88\xa8\0\x63\x81\0\0\7")(f, i)


def _snap(f):
    n = len(f) - 14 + 8
    return f[:12] + struct.pack(">H", n) + b"\xaa\xaa\3\0\0\0" + f[12:]


WRAPS = {
    "vlan": (ETHERNET, _tag(b"\x81\0\x60\7")),
    "qinq": (ETHERNET, _tag(b"\x81\0\0\x63\x81\0\0\7")),
    "802.1ad": (ETHERNET, _tag(b"\x88\xa8\0\x63\x81\0\0\7")),
    "vn-tag": (ETHERNET, _tag(b"\x89\x26\0\1\0\2")),
    "e-tag": (ETHERNET, _tag(b"\x89\x3f\0\0\0\1\0\0")),
    "pbb": (ETHERNET, lambda f, i: OUTER + b"\x88\xe7\0\0\1\0" + f),
    "macsec-clear": (ETHERNET, lambda f, i: f[:12] + b"\x88\xe5\x20\0" +
                     _number(i) + f[6:12] + b"\0\1" + f[12:] + b"\x55" * 16),
    "snap": (ETHERNET, lambda f, i: _snap(f)),
    "mpls": (ETHERNET, lambda f, i: OUTER + b"\x88\x47" + _label(
        100) + _label(200, True) + f[14:]),
    "mpls-ethernet": (ETHERNET, lambda f, i: OUTER + b"\x88\x47" + _label(
        200, True) + f),
    "mpls-control-word": (ETHERNET, lambda f, i: OUTER + b"\x88\x47" +
                          _label(200, True) + b"\0\0\0\1" + f),
    "pppoe": (ETHERNET, lambda f, i: OUTER + b"\x88\x64\x11\0\0\1" +
              struct.pack(">H", len(_ppp(f))) + _ppp(f)),
    "gre": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0, int.from_bytes(_kind(f), "big")) + _inner(f))),
    "gre-key-sequence": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0xB000, int.from_bytes(_kind(f), "big"), b"\0\0\0\0", b"key!",
        _number(i)) + _inner(f))),
    "gre-ethernet": (ETHERNET, _over_ip(
        47, lambda f, i: _gre(0x2000, 0x6558, b"key!") + f)),
    "gre-ppp": (ETHERNET, _over_ip(47, lambda f, i: struct.pack(
        ">HHHHII", 0x3081, 0x880B, len(_ppp(f)) + 2, 1, i, i) +
        b"\xff\3" + _ppp(f))),
    "gre-routes": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0x4000, int.from_bytes(_kind(f), "big"), b"\0\0\0\0",
        b"\x08\0\0\4\xcb\0\x71\3", b"\0\0\0\0") + _inner(f))),
    "wccp": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0, 0x883E, b"\0\0\0\0") + _inner(f))),
    "gre-over-ipv6": (ETHERNET, lambda f, i: ethernet(
        ip6(47, _gre(0, 0x6558) + f))),
    "erspan-1": (ETHERNET, _over_ip(
        47, lambda f, i: _gre(0, 0x88BE) + f)),
    "erspan-2": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0x1000, 0x88BE, _number(i), _erspan2(i)) + f)),
    "erspan-3": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0x1000, 0x22EB, _number(i), _erspan3(i)) + f)),
    "erspan-3-more": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0x1000, 0x22EB, _number(i), _erspan3(i, True)) + f)),
    "ip-in-ip": (ETHERNET, _over_ip(4, lambda f, i: _inner(f))),
    "4in6": (ETHERNET, lambda f, i: ethernet(ip6(4, _inner(f)))),
    "6in4": (ETHERNET, _over_ip(41, lambda f, i: _inner(f))),
    "etherip": (ETHERNET, _over_ip(97, lambda f, i: b"\x30\0" + f)),
    "l2tpv3": (ETHERNET, _over_ip(
        115, lambda f, i: b"\0\0\0\5" + f)),
    "l2tpv3-cookie": (ETHERNET, _over_ip(
        115, lambda f, i: b"\0\0\0\5cookie!!\0\0\0\0" + f)),
    "l2tpv3-udp": (ETHERNET, _over_udp(
        1701, lambda f, i: b"\0\3\0\0\0\0\0\5cook" + f)),
    "l2tpv2": (ETHERNET, _over_udp(1701, lambda f, i: struct.pack(
        ">HHHH", 0x4002, 10 + len(_ppp(f)), 3, 4) + b"\xff\3" + _ppp(f))),
    "l2tpv2-sequence": (ETHERNET, _over_udp(1701, lambda f, i: struct.pack(
        ">HHHHHH", 0x0A02, 3, 4, i, 0, 0) + _ppp(f))),
    "mpls-in-ip": (ETHERNET, _over_ip(
        137, lambda f, i: _label(7, True) + _inner(f))),
    "mpls-in-udp": (ETHERNET, _over_udp(
        6635, lambda f, i: _label(7, True) + _inner(f))),
    "gre-in-udp": (ETHERNET, _over_udp(
        4754, lambda f, i: _gre(0, 0x6558) + f)),
    "vxlan": (ETHERNET, _over_udp(
        4789, lambda f, i: b"\x08\0\0\0\0\0\7\0" + f)),
    "vxlan-linux": (ETHERNET, _over_udp(
        8472, lambda f, i: b"\x08\0\0\0\0\0\7\0" + f)),
    "vxlan-group-policy": (ETHERNET, _over_udp(
        4789, lambda f, i: b"\x88\0\0\x2a\0\0\7\0" + f)),
    "vxlan-gpe": (ETHERNET, _over_udp(
        4790, lambda f, i: b"\x0c\0\0\3\0\0\7\0" + f)),
    "vxlan-gpe-ip": (ETHERNET, _over_udp(4790, lambda f, i: bytes(
        [12, 0, 0, 2 if f[14] >> 4 == 6 else 1, 0, 0, 7, 0]) + _inner(f))),
    "vxlan-gpe-nsh": (ETHERNET, _over_udp(
        4790, lambda f, i: b"\x0c\0\0\4\0\0\7\0" + b"\x0f\xc6\1\3\0\0\1\xff" +
        b"\0" * 16 + f)),
    "geneve": (ETHERNET, _over_udp(
        6081, lambda f, i: b"\0\0\x65\x58\0\0\7\0" + f)),
    "geneve-options": (ETHERNET, _over_udp(
        6081, lambda f, i: b"\2\0" + _kind(f) + b"\0\0\7\0" +
        b"\0\0\1\1\0\0\0\0" + _inner(f))),
    "gtp-u": (ETHERNET, _over_udp(2152, lambda f, i: b"\x30\xff" + struct.pack(
        ">HI", len(_inner(f)), 99) + _inner(f))),
    "gtp-u-extension": (ETHERNET, _over_udp(
        2152, lambda f, i: b"\x34\xff" + struct.pack(
            ">HI", len(_inner(f)) + 8, 99) + b"\0\0\0\x85\1\0\1\0" +
        _inner(f))),
    "tzsp": (ETHERNET, _over_udp(
        37008, lambda f, i: b"\1\0\0\1\0\x29\2\0\5\1" + f)),
    "tzsp-wlan": (ETHERNET, _over_udp(
        37008, lambda f, i: b"\1\0\0\x12\1" + _wlan(f, i))),
    "hp-erm": (ETHERNET, _over_udp(
        7932, lambda f, i: b"\0" * 8 + b"\0\0\7\0" + f)),
    "ah": (ETHERNET, _ah),
    "esp-null": (ETHERNET, _esp_null),
    "esp-null-tunnel": (ETHERNET, _over_ip(50, lambda f, i: struct.pack(
        ">II", 0x1234, i) + _inner(f) + bytes(
            [0, 41 if f[14] >> 4 == 6 else 4]) + b"\xee" * 16)),
    "sll": (SLL, lambda f, i: b"\0\0\0\1\0\6" + f[6:12] + b"\0\0" + f[12:]),
    "sll2": (SLL2, lambda f, i: f[12:14] + b"\0\0\0\0\0\3\0\1\0\6" +
             f[6:12] + b"\0\0" + f[14:]),
    "null": (NULL, lambda f, i: (b"\x1e" if f[14] >> 4 == 6 else b"\2") +
             b"\0\0\0" + f[14:]),
    "loop": (LOOP, lambda f, i: b"\0\0\0" + (
        b"\x18" if f[14] >> 4 == 6 else b"\2") + f[14:]),
    "raw": (RAW, lambda f, i: _inner(f)),
    "ppp": (PPP, lambda f, i: b"\xff\3" + _ppp(f)),
    "c-hdlc": (C_HDLC, lambda f, i: b"\x0f\0" + f[12:]),
    "pppoe-session": (PPPOE, lambda f, i: b"\x11\0\0\1" + struct.pack(
        ">H", len(_ppp(f))) + _ppp(f)),
    "mpls-only": (MPLS, lambda f, i: _label(7, True) + _inner(f)),
    "wlan": (WLAN, _wlan),
    "radiotap": (RADIOTAP, lambda f, i: _radiotap() + _wlan(f, i, True)),
    "radiotap-padded": (RADIOTAP, lambda f, i: _radiotap(0x30) + _wlan(
        f, i, True, b"\0\0") + b"\xfc\xfc\xfc\xfc"),
    "ppi": (PPI, lambda f, i: struct.pack("<BBHI", 0, 0, 8, WLAN) +
            _wlan(f, i)),
    "prism": (PRISM, lambda f, i: struct.pack("<II", 0x44, 144) +
              b"\0" * 136 + _wlan(f, i)),
    "avs": (AVS, lambda f, i: struct.pack(">II", 0x80211001, 64) +
            b"\0" * 56 + _wlan(f, i)),
    # Tags that differ by direction, or from packet to packet, part nothing.
    "vlan-by-direction": (ETHERNET, lambda f, i: f[:12] + b"\x81\0\0" + bytes(
        [120 + _up(f)]) + f[12:]),
    "vlan-in-turn": (ETHERNET, lambda f, i: f[:12] + b"\x81\0\0" + bytes(
        [120 + i % 2]) + f[12:]),
    "mpls-by-direction": (ETHERNET, lambda f, i: OUTER + b"\x88\x47" + _label(
        200 + _up(f), True) + f[14:]),
    "mpls-in-turn": (ETHERNET, lambda f, i: OUTER + b"\x88\x47" + _label(
        200 + i % 2, True) + f[14:]),
    "vxlan-by-direction": (ETHERNET, _over_udp(
        4789, lambda f, i: b"\x08\0\0\0\0\0" + bytes([7 + _up(f), 0]) + f)),
    "vxlan-moved": (ETHERNET, _over_udp(
        4789, lambda f, i: b"\x08\0\0\0\0\0" + bytes([7 + (i > 6), 0]) + f)),
    "gre-key-by-direction": (ETHERNET, _over_ip(47, lambda f, i: _gre(
        0x2000, 0x6558, _number(9 + _up(f))) + f)),
    "hep": (ETHERNET, _hep),
    "nested": (ETHERNET, _nested),
}
# What carries messages rather than packets: of UDP only.
MESSAGES = {"hep"}
# What carries one version of IP only.
ONLY = {"6in4": 6, "ip-in-ip": 4, "4in6": 4, "wccp": 4}


def wrap(name, frame, number):
    """The frame in that encapsulation; None where it cannot be in it."""
    if not _is_ip(frame):
        return None
    if ONLY.get(name, frame[14] >> 4) != frame[14] >> 4:
        return None
    return WRAPS[name][1](frame, number)
