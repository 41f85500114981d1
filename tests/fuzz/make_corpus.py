#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the corpora of fuzz_cert, fuzz_dhcp, fuzz_digest, fuzz_http, fuzz_keylog,
fuzz_link_ip, fuzz_tcp, fuzz_tftp, fuzz_tls_open, fuzz_websocket, fuzz_pcap,
fuzz_profile, fuzz_savefile and fuzz_settings again: cut from cases in pcaps/, and
made by hand where no case has it.

    tests/fuzz/make_corpus.py [FOLDER]

writes into tests/fuzz/corpus, or FOLDER.  What fuzzing found lies beside it
under names of its own, which this script leaves alone.
"""

import gzip
import os
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.path.insert(0, os.path.join(ROOT, "pcaps"))
sys.dont_write_bytecode = True
import captures  # noqa: E402
import wraps  # noqa: E402

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus")


def write(target, name, data):
    os.makedirs(os.path.join(OUT, target), exist_ok=True)
    with open(os.path.join(OUT, target, name), "wb") as f:
        f.write(data)


def case(name):
    return captures.read(os.path.join(ROOT, "pcaps", name, name + ".pcap"))


# ---- certificates

def certificates(name):
    """The DER of those in TLS 1.2 Certificate messages (RFC 5246 7.4.2)."""
    streams = {}
    for p in case(name)[1]:
        t = captures.Tcp.of(p.data)
        if t:
            streams.setdefault(t.header[:4], bytearray()).extend(t.payload)
    for s in streams.values():
        messages = bytearray()
        while len(s) >= 5:
            n = struct.unpack_from(">H", s, 3)[0]
            if s[0] == 22:
                messages += s[5:5 + n]
            del s[:5 + n]
        while len(messages) >= 4:
            n = int.from_bytes(messages[1:4], "big")
            if messages[0] == 11:
                at, end = 7, 4 + n
                while at + 3 <= end:
                    size = int.from_bytes(messages[at:at + 3], "big")
                    yield bytes(messages[at + 3:at + 3 + size])
                    at += 3 + size
            del messages[:4 + n]


def cert():
    for name in ("tls12-register", "tls12-self-signed", "tls12-unknown-ca",
                 "tls12-certificate-expired", "tls12-client-certificate"):
        ders = list(certificates(name))
        assert ders, name
        write("cert", name, b"\0" + b"".join(
            struct.pack(">H", len(d)) + d for d in ders))
    write("cert", "small-budget", b"\1" + b"".join(
        struct.pack(">H", len(d)) + d for d in ders * 2))


# ---- credentials

def message(name, number):
    """The lines of the SIP message in a frame of a case over UDP."""
    data = case(name)[1][number - 1].data
    return data[data.index(b"REGISTER" if b"REGISTER sip" in data
                           else b"SIP/2.0"):].decode().split("\r\n")


def header(lines, name):
    return next(x for x in lines if x.startswith(name + ":")).split(
        ":", 1)[1].strip()


def digest():
    accounts = "[4025@example.com]\npassword = secret-4025\n"
    for name in ("udp-register", "udp-wrong-password"):
        asked, told = message(name, 4), message(name, 5)
        write("digest", name, "\n".join((
            told[0].split()[1], "sip:4025@example.com",
            header(told, "Authorization"), header(asked, "WWW-Authenticate"),
            "", accounts)).encode())
    sent = ('Digest username="4025", realm="example.com", nonce="n", '
            'uri="sip:h:5060;a=b"')
    for name, more, told in (
            ("no-qop", "", accounts),
            ("sess", ', qop=auth, nc=00000001, cnonce="c", '
             "algorithm=SHA-256-sess", accounts),
            ("auth-int", ', qop=auth-int, nc=1, cnonce="c", '
             "algorithm=SHA-512-256", accounts),
            ("aka", ", algorithm=AKAv1-MD5",
             "[4025@example.com]\nres = 00ff10\n"),
            ("userhash", ", userhash=true", accounts),
            ("ha1", ', qop=auth, nc=00000001, cnonce="c"',
             "# x\n[a]\nuser=4025\nrealm = example.com\nha1 = "
             + "0123456789abcdef" * 2 + "\nha1-sha-256 = "
             + "0123456789abcdef" * 4 + "\n[4025]\npassword = \" b \"\r\n"),
            ("escapes", ', cnonce="\\\"", nc=0000000a, qop="auth"',
             '[4\\"@example.com]\npassword=\n')):
        size = 64 if "SHA" in more else 32
        write("digest", name, "\n".join((
            "sip:h", "sip:4025@example.com:5060;p", sent + more
            + ', response="' + "0a" * (size // 2) + '"',
            'Digest realm="example.com", algorithm=MD5, qop="auth,auth-int"',
            "v=0", told)).encode())


# ---- frames

LINKS = {"ethernet": 0, "sll": 1, "sll2": 2, "null": 3, "loop": 4, "raw": 5,
         "ipv4": 8, "ipv6": 9, "other": 10}
# By link type, for what wraps.py makes; the same table as in fuzz_link_ip.
WRAPPED = {1: 0, 113: 1, 276: 2, 0: 3, 108: 4, 101: 5, 127: 6, 192: 7, 119: 11,
           9: 12, 51: 13, 105: 14, 219: 15}
TIMES = {"none": 0, "ms": 2, "100ms": 4, "s": 5, "31s": 8, "back": 11}
SMALL = 0x80


def frames(name, link, list_, small=False, time="ms", wire=0):
    out = [bytes([LINKS[link] | (SMALL if small else 0)])]
    for f in list_:
        out.append(struct.pack(">BH", TIMES[time] | wire << 4, len(f)) + f)
    write("link_ip", name, b"".join(out))


def ipv4(payload, proto=17, ident=7, offset=0, more=False, options=b""):
    n = 20 + len(options)
    return struct.pack(">BBHHHBBH4B4B", 0x40 | n // 4, 0, n + len(payload),
                       ident, offset // 8 | (0x2000 if more else 0), 64, proto,
                       0, 192, 0, 2, 1, 192, 0, 2, 2) + options + payload


def ipv6(payload, proto=17):
    a = bytes.fromhex("20010db8000000000000000000000001")
    return struct.pack(">IHBB", 0x60000000, len(payload), proto, 64) + a + (
        a[:15] + b"\2") + payload


def fragment6(payload, proto, offset, more, ident=9):
    return ipv6(struct.pack(">BBHI", proto, 0, offset | more, ident) + payload,
                44)


def udp(payload, length=None):
    return struct.pack(">4H", 5060, 5060, length if length is not None
                       else 8 + len(payload), 0) + payload


def tcp(payload, flags=0x18, options=b""):
    return struct.pack(">HHIIBBHHH", 40000, 5061, 1000, 2000,
                       (20 + len(options)) // 4 << 4, flags, 1000, 0,
                       0) + options + payload


def ethernet(ip, tags=b""):
    kind = b"\x86\xdd" if ip[0] >> 4 == 6 else b"\x08\x00"
    return bytes.fromhex("00005e00530100005e005302") + tags + kind + ip


def wrapped():
    """Two frames in each encapsulation."""
    both = [case(n)[1][i].data for n, i in (("udp-register", 2),
                                            ("udp-ipv6-register", 2))]
    for name, (link, _) in wraps.WRAPS.items():
        if link not in WRAPPED:
            continue
        out = [bytes([WRAPPED[link]])]
        for i, f in enumerate(both):
            f = wraps.wrap(name, f, i)
            if f:
                out.append(struct.pack(">BH", TIMES["ms"], len(f)) + f)
        write("link_ip", "in-" + name, b"".join(out))


def link_ip():
    text = b"OPTIONS sip:a.example SIP/2.0\r\n\r\n"
    for n in ("udp-register", "tcp-register", "udp-icmp-unreachable"):
        frames(n, "ethernet", [p.data for p in case(n)[1][:6]])
    frames("udp-ipv6-register", "ethernet",
           [p.data for p in case("udp-ipv6-register")[1][:2]])
    v4, v6 = ipv4(udp(text)), ipv6(udp(text))
    frames("vlan-qinq", "ethernet", [
        ethernet(v4, b"\x81\0\0\x07"),
        ethernet(v6, b"\x88\xa8\0\x07\x81\0\0\x08"),
        ethernet(v4, b"\x91\0\0\x07\x81\0\0\x08\x81\0\0\x09")])
    frames("not-ip", "ethernet", [
        ethernet(v4)[:12] + b"\x08\x06" + b"\0\1\x08\0\6\4\0\1" + bytes(20),
        ethernet(v4)[:12] + b"\0\x26" + b"\x42\x42\3" + bytes(35),
        ethernet(v4)[:13]])
    mac = b"\0\1\0\6\0\0\x5e\0\x53\1\0\0"
    frames("sll", "sll", [b"\0\0" + mac + b"\x08\0" + v4,
                          b"\0\4" + mac + b"\x86\xdd" + v6])
    frames("sll2", "sll2", [
        b"\x08\0\0\0\0\0\0\3\0\1\0\6\0\0\x5e\0\x53\1\0\0" + v4,
        b"\x86\xdd\0\0\0\0\0\3\0\1\4\6\0\0\x5e\0\x53\1\0\0" + v6])
    frames("null", "null", [b"\2\0\0\0" + v4, b"\x1e\0\0\0" + v6])
    frames("loop", "loop", [b"\0\0\0\2" + v4, b"\0\0\0\x18" + v6])
    frames("raw", "raw", [v4, v6])
    frames("ipv4", "ipv4", [v4, v6])
    frames("ipv6", "ipv6", [v6, v4])
    frames("other", "other", [v4])
    frames("options-ah", "raw", [
        ipv4(udp(text), options=b"\x94\4\0\0"),
        ipv4(b"\x11\4\0\0" + bytes(20) + udp(text), 51),
        ipv4(tcp(text, options=b"\2\4\5\xb4\1\1\x08\x0a" + bytes(8)), 6)])
    frames("lengths", "raw", [
        v4 + bytes(6), v4[:2] + b"\0\0" + v4[4:], ipv4(udp(text, 0)),
        ipv4(udp(text, 9)), ipv4(udp(text, 999)), v6[:4] + b"\0\0" + v6[6:]])
    frames("snaplen", "raw", [v4[:24], v4[:30], v6[:50], ipv4(tcp(text), 6)[:50],
                              v4[:19]], wire=11)
    frames("extensions", "raw", [
        ipv6(b"\x3c\0\1\4\0\0\0\0" + b"\x2b\0\1\4\0\0\0\0"
             + b"\x11\0\0\0\0\0\0\0" + udp(text), 0),
        ipv6(b"\x3c\0\1\4\0\0\0\0" * 17 + udp(text), 0),
        ipv6(b"\x33\4\0\0" + bytes(4) + b"\x11\4\0\0" + bytes(20) + udp(text),
             60)])
    whole = udp(text * 3)
    cut = [(o, whole[o:o + 24], o + 24 < len(whole))
           for o in range(0, len(whole), 24)]
    pieces = [ipv4(d, 17, 7, o, m) for o, d, m in cut]
    frames("fragments4", "raw", pieces)
    frames("fragments4-reversed", "raw", pieces[::-1])
    frames("fragments4-repeated", "raw", pieces + pieces[:2] + pieces)
    frames("fragments4-late", "raw", pieces, time="31s")
    frames("fragments4-overlap", "raw", [
        ipv4(whole[:32], 17, 7, 0, True), ipv4(whole[16:48], 17, 7, 16, True),
        ipv4(bytes(16), 17, 7, 24, True),
        ipv4(whole[40:], 17, 7, 40, False)])
    frames("fragments4-ends", "raw", [
        ipv4(whole[48:], 17, 7, 48, False), ipv4(bytes(8), 17, 7, 48, False),
        ipv4(bytes(8), 17, 8, 65528, False), ipv4(bytes(7), 17, 9, 0, True)])
    frames("fragments4-many", "raw",
           [ipv4(bytes(8), 17, i, 8, True) for i in range(60)], small=True)
    frames("fragments6", "raw", [fragment6(d, 17, o, m) for o, d, m in cut])
    frames("fragments6-overlap", "raw", [
        fragment6(whole[:32], 17, 0, True),
        fragment6(whole[24:48], 17, 24, True),
        fragment6(whole[32:], 17, 32, False)])
    # IP in IP in fragments, and in it a fragment again: four of two frames.
    tunnel = ipv4(pieces[0], 4)
    frames("fragments4-tunnel", "raw", [
        ipv4(tunnel[20:44], 4, 5, 0, True), ipv4(tunnel[44:], 4, 5, 24)])
    inner = b"\x11\0\1\4\0\0\0\0" + whole
    frames("fragments6-extension", "raw", [
        fragment6(inner[:40], 60, 0, True), fragment6(inner[40:], 60, 40,
                                                      False),
        fragment6(inner, 60, 0, False)])
    frames("icmp", "raw", [
        ipv4(b"\3\3\0\0\0\0\0\0" + v4, 1), ipv4(b"\3\4\0\0\0\0\5\0" + v4[:28],
                                                1),
        ipv4(b"\x0b\0\0\0\0\0\0\0" + ipv4(tcp(b""), 6)[:28], 1),
        ipv4(b"\x08\0\0\0\0\1\0\1abcd", 1),
        ipv6(b"\1\4\0\0\0\0\0\0" + v6, 58),
        ipv6(b"\1\4\0\0\0\0\0\0" + fragment6(whole[:40], 17, 0, True), 58)])


# ---- TCP operations (fuzz_tcp.c has the list)

NEXT, JUMP, LOSE, SYN, FIN, RST, TIME, OTHER = range(8)
S, NOACK, DIFFERS, LONG, AGAIN = 8, 16, 32, 64, 128
IGNORE, IGNORE_IN_DATA, FLUSH, REUSE, CUT, WILD, OPENED, ACK = range(8)
OPEN = bytes([SYN | NOACK, SYN | S, NEXT, 0])


def jump(off, n, bits=0):
    return struct.pack(">BhB", JUMP | bits, off, n)


def jump_long(off, n, bits=0):
    return struct.pack(">BhH", JUMP | LONG | bits, off, n)


def tcp_ops():
    def ops(name, *parts, first=0):
        write("tcp", name, bytes([first]) + b"".join(
            p if isinstance(p, bytes) else bytes(p) for p in parts))

    talk = bytes([NEXT, 50, NEXT | S, 80, NEXT, 5, NEXT | S, 0])
    sec = bytes([TIME | 3 << 4])
    ops("whole", OPEN, talk, [FIN, FIN | S, NEXT, 0])
    ops("wraps", OPEN, talk, talk, [FIN, FIN | S], first=2 | 8)
    ops("midstream", talk, talk, [FIN | S])
    ops("one-way", [NEXT, 50, NEXT, 50, LOSE, 9, NEXT, 50], [TIME | 4 << 4],
        [NEXT, 1, FIN])
    ops("lost-acknowledged", OPEN, [NEXT, 20, LOSE, 30, NEXT, 40],
        [NEXT | S, 10], sec, [NEXT | S, 10], talk)
    ops("reordered", OPEN, jump(40, 20), jump(10, 10), jump(20, 20),
        jump(0, 10), jump(0, 60), [LOSE, 60, FIN])
    ops("overlaps", OPEN, jump(10, 20), jump(5, 10, DIFFERS), jump(25, 20),
        jump(0, 60, DIFFERS), jump(0, 60))
    ops("keepalive-probe", OPEN, talk, jump(-1, 1), jump(-1, 1, S), talk)
    ops("reset", OPEN, talk, [RST | S], talk)
    ops("reset-far-off", OPEN, talk, [RST | LONG, 0x40, 0, 0, 0], sec,
        [OTHER, FLUSH])
    ops("fin-before-data", OPEN, [LOSE, 30, FIN], jump(-31, 30), [NEXT | S, 0])
    ops("reused", OPEN, talk, [FIN, FIN | S, SYN | NOACK | LONG, 0, 1, 0, 0],
        [SYN | S | LONG, 1, 2, 3, 4], talk)
    ops("syn-repeated", [SYN | NOACK], [SYN | NOACK | LONG, 0xff, 0xff, 0xff,
                                        0xff], [SYN | S], talk)
    ops("syn-with-data", [SYN | NOACK | AGAIN, 30, SYN | S, NEXT, 9])
    ops("cut-by-snaplen", OPEN, [OTHER, CUT, 0, 30], [NEXT, 90], talk,
        [OTHER, CUT, 1, 0], jump(20, 90), talk)
    ops("wild", OPEN, talk, [OTHER, WILD, 0x50, 0, 0, 0], talk, talk, talk)
    ops("wild-back", OPEN, talk, [OTHER | S, WILD, 0xa0, 0, 0, 0], talk, talk,
        talk)
    ops("ignored", OPEN, talk, jump(20, 20), [OTHER, IGNORE], talk)
    ops("ignored-in-data", OPEN, jump(20, 20), [OTHER, IGNORE_IN_DATA], talk)
    ops("opened-by-lone-syn", [OTHER, OPENED, 1, 2, 3, 4, SYN | S], talk)
    ops("acknowledged-unseen", OPEN, [OTHER | S, ACK, 0, 99], [NEXT | S, 0],
        sec, [NEXT | S, 0], sec, [NEXT | S, 1])
    ops("full", OPEN, *[jump_long(8000 + 300 * i, 250) for i in range(12)],
        talk, first=1)
    ops("time-back", OPEN, [LOSE, 3, NEXT, 20, TIME | 7 << 4, NEXT | S, 3],
        sec, sec, talk)


# ---- WebSockets: operations of fuzz_websocket.c

def ws_op(side, what, data=b""):
    return struct.pack(">BH", side | what << 1, len(data)) + data


def ws_frame(first, text, mask=b""):
    n = len(text)
    size = bytes([n]) if n < 126 else struct.pack(">BH", 126, n)
    if mask:
        size = bytes([size[0] | 0x80]) + size[1:]
        text = bytes(b ^ mask[i % 4] for i, b in enumerate(text))
    return bytes([first]) + size + mask + text


def ws_case(name):
    """The data of the one connection, a segment an operation."""
    client = None
    for p in case(name)[1]:
        t = captures.Tcp.of(p.data)
        if t and t.payload:
            client = client or t.header[:2]
            yield ws_op(t.header[:2] != client, 0, t.payload)


def websocket():
    for name in ("ws-register", "ws-register-fragmented"):
        ops = list(ws_case(name))
        assert len(ops) > 6, name
        write("websocket", name, b"".join(ops))
    write("websocket", "gap", b"".join(ops[:4]) + ws_op(0, 2, bytes(50))
          + b"".join(ops[4:]))
    write("websocket", "midstream", b"".join(ops[3:]))
    mask = b"\1\2\3\4"
    text = b"OPTIONS sip:a.example SIP/2.0\r\n\r\n"
    write("websocket", "bad-frames", b"".join(
        ws_op(0, 0, f + ws_frame(0x81, text, mask)) for f in (
            b"\xb1\0", b"\x83\0", b"\x09\0", b"\x89\xfe\1\0",
            b"\x81\xfe\0\1", b"\x81\xff" + bytes(8), b"junk")))
    write("websocket", "compressed", ops[0] + ws_op(
        1, 0, b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        + ws_frame(0x41, b"abc") + ws_frame(0x80, b"def"))
        + ws_op(0, 0, ws_frame(0xc1, b"abc", mask)))
    write("websocket", "interleaved", ws_op(1, 0, ws_frame(
        0x01, text) + ws_frame(0x80, b"x") + ws_frame(0x80, b"y") + ws_frame(
        0x01, b"z") + ws_frame(0x81, b"\r\n\r\n")) + ws_op(1, 3))
    write("websocket", "too-long", ws_op(
        1, 0, b"\x82\x7f" + struct.pack(">Q", 131073) + b"abc")
        + ws_op(1, 2, bytes(60000)) + ws_op(1, 2, bytes(60000))
        + ws_op(1, 0, bytes(12000) + ws_frame(0x81, text)))
    write("websocket", "refused", ops[0] + ws_op(
        1, 0, b"HTTP/1.1 401 x\r\nContent-Length: 3\r\n\r\nabc") + ops[0]
        + ws_op(1, 0, b"HTTP/1.1 200 x\r\n\r\nabc"))
    write("websocket", "close", ws_op(0, 0, ws_frame(0x88, b"\3\xe8bye", mask)
                                      + ws_frame(0x88, b"\3", mask)))


# ---- provisioning: datagrams, and operations of fuzz_http.c

def tftp():
    names = {1: "request", 3: "data", 4: "ack", 5: "error", 6: "oack"}
    for p in case("tftp-register")[1]:
        data = p.data[14 + 20 + 8:]
        if p.data[12:14] == b"\x08\0" and p.data[23] == 17 \
                and data[:1] == b"\0" and data[1] in names:
            write("tftp", names[data[1]], data[:100])
    write("tftp", "mode", b"\0\2f\0NETASCII\0blksize\x008\0")
    write("tftp", "cut", b"\0\1file\0oct")
    write("tftp", "error-cut", b"\0\5\0\0nothing")


def http():
    ops = list(ws_case("http-register"))
    assert len(ops) > 6
    write("http", "register", b"".join(ops))
    write("http", "gap", b"".join(ops[:3]) + ws_op(1, 2, bytes(50))
          + b"".join(ops[3:]) + ws_op(1, 3))
    get = ws_op(0, 0, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
    write("http", "chunked", get + ws_op(
        1, 0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n"
        b"HTTP/1.1 404 no\r\nContent-Length: 2\r\n\r\nno"))
    write("http", "bad-chunk", get + ws_op(
        1, 0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"zz\r\n\r\nHTTP/1.0 302 x\r\nLocation: /b\r\n\r\nrest")
        + ws_op(1, 3))
    write("http", "head", ws_op(0, 0, b"HEAD /a HTTP/1.1\n\n") + ws_op(
        1, 0, b"HTTP/1.1 200 OK\nContent-Length: 9\n\n") + get)
    write("http", "switched", get + ws_op(
        1, 0, b"HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n\x81\3abc")
        + ws_op(0, 0, b"\x81\x83abcdefg"))
    write("http", "put", ws_op(
        0, 0, b"PUT /log HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel")
        + ws_op(0, 2, b"") + ws_op(0, 0, b"GET /a\r\nGET /b HTTP/1.1\r\n"))


# ---- capture files

def short(name, n=12, size=400):
    """Few frames, and not all of long ones."""
    link, packets = case(name)
    return link, [captures.Packet(p.ns, p.wire_len, p.data[:size], p.origin)
                  for p in packets[:n]]


# ---- TLS with its keys

def key_log(name):
    with open(os.path.join(ROOT, "pcaps", name, "keys.log"), "rb") as f:
        return f.read()


def key_logs():
    write("keylog", "tls12", key_log("keys-tls12-gcm"))
    write("keylog", "tls13", key_log("keys-tls13-resumed"))
    a, b, c = key_log("keys-tls12-gcm").split(b"\n")[-2].split()
    write("keylog", "others", b"# all that NSS knows\r\n\nRSA " + b[:16] + b" "
          + c + b"\nRSA Session-ID:" + b + b" Master-Key:" + c
          + b"\nPMS_CLIENT_RANDOM " + b + b" " + c
          + b"\nEXPORTER_SECRET " + b + b" " + c)
    write("keylog", "bad", a + b"\n" + a + b" " + b + b"\n" + a + b" " + b
          + b" xx\nhello\n" + a + b" " + b + b" " + c)


def tls_open():
    for name in ("keys-tls10-cbc", "keys-tls12-cbc", "keys-tls12-ccm",
                 "keys-tls12-chacha", "keys-tls13-gcm", "keys-wss",
                 "keys-of-another", "tls13-hello-retry"):
        log = key_log(name)
        ops, first = b"", None
        for p in case(name)[1]:
            t = captures.Tcp.of(p.data)
            if not t or not t.payload:
                continue
            first = first or t.header[:4]
            ops += struct.pack(">BH", t.header[:4] != first,
                               len(t.payload)) + t.payload
        head = struct.pack(">H", len(log)) + log
        write("tls_open", name, head + ops)
        if name == "keys-tls13-gcm":
            write("tls_open", "cut-short", head + ops[:-200])
            write("tls_open", "no-keys", struct.pack(">H", 0) + ops)


def pcap_files():
    whole = ["tcp-connection-refused", "udp-unknown-user", "udp-ipv6-register",
             "tls-reset-after-client-hello", "tls12-no-common-cipher",
             "tls12-protocol-version", "tls13-no-common-group",
             "tls-not-tls-sip", "tls12-certificate-expired",
             "tcp-register-to-tls-port", "udp-interval-too-brief",
             "udp-icmp-unreachable", "udp-removal", "tcp-wrong-password",
             "tls13-hello-retry", "tls12-register", "ws-wrong-password"]
    for name in whole:
        write("pcap", name, captures.pcap(*case(name)))
    link, packets = case("udp-register")
    write("pcap", "pcapng", captures.pcapng(link, packets))
    write("pcap", "pcapng-big-nano", captures.pcapng(link, packets[:2], ">",
                                                     True))
    write("pcap", "pcap-big-nano", captures.pcap(link, packets[:2], ">", True))
    write("pcap", "cut-short", captures.pcap(link, packets)[:-100])
    write("pcap", "snaplen", captures.pcap(*short("udp-refresh", 14, 300)))
    write("pcap", "snaplen-tls", captures.pcap(*short("tls12-register", 14,
                                                      120)))
    link, packets = case("tcp-register")
    write("pcap", "reversed", captures.pcap(link, packets[::-1]))
    write("pcap", "without-handshake", captures.pcap(link, packets[4:]))
    write("pcap", "other-link", captures.pcap(147, packets[:2]))
    write("pcap", "raw", captures.pcap(101, [p.of(p.data[14:])
                                             for p in packets]))
    write("pcap", "header-only", captures.pcap(1, []))
    write("pcap", "gzip", gzip.compress(captures.pcap(*case("udp-register")),
                                        mtime=0))


# ---- savefiles of every kind

def ng_block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def ng_option(order, code, value):
    return (struct.pack(order + "HH", code, len(value)) + value
            + b"\0" * (-len(value) % 4))


def ng_all_blocks(order):
    """One of every block that is read, and of some that are not."""
    section = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
    interface = (struct.pack(order + "HHI", 1, 0, 60)
                 + ng_option(order, 9, b"\x89")
                 + ng_option(order, 14, struct.pack(order + "q", -3)))
    drops = [ng_option(order, c, struct.pack(order + "Q", 3))
             for c in (4, 5, 7)]
    packet = struct.pack(order + "5I", 0, 1, 2, 3, 60) + b"abc\0"
    return b"".join((
        ng_block(order, 0x0A0D0D0A, section + ng_option(order, 1, b"all")),
        ng_block(order, 1, interface),
        ng_block(order, 10, struct.pack(order + "II", 0x544C534B, 4)
                 + b"keys"),
        ng_block(order, 6, packet + ng_option(order, 1, b"here") + drops[0]),
        ng_block(order, 2, struct.pack(order + "HHIIII", 0, 2, 1, 3, 4, 4)
                 + b"abcd"),
        ng_block(order, 3, struct.pack(order + "I", 5) + b"abcde"),
        ng_block(order, 4, struct.pack(order + "HH", 1, 6)
                 + bytes((192, 0, 2, 1)) + b"a\0\0\0"
                 + struct.pack(order + "HH", 2, 21) + b"\x20\x01\x0d\xb8"
                 + bytes(11) + b"\1six\0\0\0\0\0" + bytes(4)),
        ng_block(order, 5, struct.pack(order + "III", 0, 0, 0)
                 + drops[1] + drops[2]),
        ng_block(order, 0xBAD, b"custom"),
        ng_block(order, 0x0A0D0D0A, section),
        ng_block(order, 1, struct.pack(order + "HHI", 101, 0, 0)),
        ng_block(order, 6, packet)))


def savefiles():
    link, packets = short("udp-register", 4)
    plain = captures.pcap(link, packets)
    write("savefile", "pcap", plain)
    write("savefile", "pcap-big-nano", captures.pcap(link, packets, ">", True))
    modified = plain[24:40] + bytes(8) + plain[40:40 + len(packets[0].data)]
    write("savefile", "modified", b"\x34\xcd\xb2\xa1" + plain[4:24] + modified)
    write("savefile", "lcap", b"\xac\x01\x00\x1c" + plain[4:24] + bytes(4)
          + plain[24:])
    write("savefile", "version-2.3", plain[:6] + b"\x03" + plain[7:])
    write("savefile", "pcapng", captures.pcapng(link, packets, interfaces=4))
    for name, order in (("little", "<"), ("big", ">")):
        write("savefile", "blocks-" + name, ng_all_blocks(order))
    write("savefile", "blocks-cut", ng_all_blocks("<")[:-7])
    half = len(plain) // 2
    write("savefile", "gzip", gzip.compress(plain, mtime=0))
    write("savefile", "gzip-members", gzip.compress(plain[:half], mtime=0)
          + gzip.compress(plain[half:], mtime=0) + bytes(5))
    write("savefile", "gzip-cut", gzip.compress(plain, mtime=0)[:-9])
    write("savefile", "gzip-dense", gzip.compress(
        captures.pcap(1, [packets[0].of(bytes(60000))] * 9), mtime=0))
    for name, content in (("zstd", plain), ("zstd-blocks",
                                            ng_all_blocks("<"))):
        write("savefile", name, subprocess.run(
            ["zstd", "-qc"], input=content, capture_output=True,
            check=True).stdout)
    # What libarchive says of it ends in a newline.
    write("savefile", "zip-wrong-size", b"PK\3\4" + struct.pack(
        "<5H3I2H", 20, 0, 0, 0, 0, 0, 36, 439041101, 3, 0) + b"all" + plain[:36])
    write("savefile", "text", b"hello, world")


def boot():
    """DHCP, frames and NTP of cases, as operations of fuzz_dhcp."""
    for name in ("dhcp-lease-recorded", "dhcp-conflicting-offers", "dhcp-refused",
                 "dhcp-no-dns", "dhcp-provisioning-text", "link-voice-vlan-cdp",
                 "link-address-declined", "link-eap-failed", "link-no-tags",
                 "link-nd-unanswered", "link-nd-conflict", "link-nd-late"):
        out, last = b"", None
        for p in case(name)[1]:
            f, ports = p.data, ()
            if f[12:14] == b"\x08\0" and f[23] == 17:
                ports = struct.unpack_from(">HH", f, 34)
            op, data = 2, f
            if 67 in ports or 68 in ports:
                op, data = int(ports[0] == 67), f[42:]
            elif 123 in ports:
                op, data = 3, f[42:]
            elif f[12:14] == b"\x08\0":
                continue
            if f[12:14] == b"\x86\xdd" and f[20] == 17:
                ports = struct.unpack_from(">HH", f, 54)
                if 547 not in ports:
                    continue
                op, data = int(ports[0] == 547), f[62:]
            now = p.ns // 10**9
            step = min(63, now - last) if last is not None else 0
            last = now
            out += struct.pack(">BH", step << 2 | op, len(data)) + data
        write("dhcp", name, out)
    long = b"\x01\x01\x06" + bytes(233) + b"\x63\x82\x53\x63\x35\x01\x05"
    parts = b"".join(b"\xa0\xff" + bytes([65 + i]) * 255 for i in range(6))
    for name, data in (
            ("parts", long + parts + b"\xff"),
            ("past-the-end", long + b"\x42\x40abc"),
            ("overload", b"\x02\x01\x06" + bytes(41)
             + b"\x42\x04prov".ljust(64, b"\0")
             + b"\x43\x03cfg".ljust(128, b"\0")
             + b"\x63\x82\x53\x63\x34\x01\x03\x35\x01\x05\xff")):
        write("dhcp", name, struct.pack(">BH", 1, len(data)) + data)
    inner = (b"\x07\x12\x34\x56\0\1\0\x0a\0\3\0\1\0\0\x5e\0\x53\x17"
             b"\0\2\0\x0a\0\3\0\1\0\0\x5e\0\x53\1"
             b"\0\3\0\x28\0\0\0\1" + bytes(8) + b"\0\5\0\x18"
             + bytes.fromhex("20010db8000100000000000000000017")
             + b"\0\0\x0e\x10\0\0\x0e\x10")
    for depth in range(11):
        write("dhcp", f"relayed-{depth}",
              struct.pack(">BH", 1, len(inner)) + inner)
        inner = (b"\x0d\0" + bytes(32) + b"\0\x09"
                 + struct.pack(">H", len(inner)) + inner)


def files():
    """Profiles, after what was seen on the wire; and configurations."""
    folder = os.path.join(ROOT, "profiles")
    for name, seen in (("webex-calling", "hs17.hosted-int.bcld.webex.com"),
                       ("yealink", "/y000000000028.cfg"),
                       ("cisco-mpp", "/0000deadbeef.xml"),
                       ("teams-direct-routing", "sip.pstnhub.microsoft.com")):
        with open(os.path.join(folder, name + ".profile"), "rb") as f:
            write("profile", name, seen.encode() + b"\n" + f.read())
    for name, text in (
            ("pattern", "aXbXc\n[Provisioning]\nHosts=*a*b*;a?b#c;*\n"),
            ("ports", "h\n[Service]\nPorts=5060;1;65535;2;3;4;5;6\n"),
            ("ports-wrong", "h\n[Service]\nPorts=0;70000;x\n"),
            ("no-group", "h\n[Other]\na=b\n"), ("no-key", "h\n[Service]\na=b\n"),
            ("range", "h\n[Service]\nExpires=60-3600\nGranted=120\n"
             "OtherAuthUser=yes\nRegisters=no\nPortTells=maybe\n")):
        write("profile", name, text.encode())
    for name, text in (
            ("all", "[regscan]\nall-tls=true\nbuffer-size=64\n"
             "memory-limit=99\nwait=1.5\nformat=json\noutput=a b\n"
             "interface=eth0;eth1\n"),
            ("wrong", "[regscan]\nbuffer-size=x\n"),
            ("range", "[regscan]\nmemory-limit=99999999999999999999\n"),
            ("truth", "[regscan]\nall-tls=maybe\n"),
            ("key", "[regscan]\n\n  nope = 1\n"), ("group", "[other]\na=1\n"),
            ("never", "[regscan]\nconfig=a\n"), ("none", "a\n"),
            ("escape", "[regscan]\nformat=a\\q\ninterface=;;\n")):
        write("settings", name, text.encode())


cert()
boot()
digest()
link_ip()
wrapped()
tcp_ops()
key_logs()
tls_open()
websocket()
tftp()
http()
pcap_files()
savefiles()
files()
