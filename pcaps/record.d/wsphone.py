# SPDX-License-Identifier: Apache-2.0
"""A phone that registers over a WebSocket (RFC 7118), as a browser does.

    wsphone.py USER PASSWORD ADDRESS PORT [--fragments] [--stay SECONDS]

It opens the connection, registers with what the challenge asks for (digest,
MD5, RFC 2617), pings once, stays, answering pings, and closes in order.  With
--fragments the REGISTER with credentials comes in three frames, and a ping
between the second and the third (RFC 6455 5.4).
"""

import argparse
import base64
import hashlib
import os
import re
import select
import socket
import struct
import sys
import time

DOMAIN = "example.com"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    def __init__(self, sock, host):
        self.sock = sock
        self.data = b""
        self.upgrade(host)

    def upgrade(self, host):
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((
            "GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nOrigin: http://phone.example.com\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
            "Sec-WebSocket-Protocol: sip\r\n"
            "User-Agent: ExamplePhone/2.0\r\n\r\n" % (host, key)).encode())
        while b"\r\n\r\n" not in self.data:
            self.receive()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            sys.exit("wsphone: %r" % head)

    def receive(self):
        more = self.sock.recv(65536)
        if not more:
            sys.exit("wsphone: closed")
        self.data += more

    def send(self, opcode, payload, fin=True):
        mask = os.urandom(4)
        n = len(payload)
        size = bytes([0x80 | n]) if n < 126 else struct.pack(">BH", 0xfe, n)
        self.sock.sendall(
            bytes([(0x80 if fin else 0) | opcode]) + size + mask
            + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def frame(self):
        """The next (opcode, payload); servers do not mask."""
        while len(self.data) < 2:
            self.receive()
        at, n = 2, self.data[1] & 0x7f
        while n == 126 and len(self.data) < 4:
            self.receive()
        if n == 126:
            at, n = 4, struct.unpack_from(">H", self.data, 2)[0]
        while len(self.data) < at + n:
            self.receive()
        opcode, payload = self.data[0] & 0x0f, self.data[at:at + n]
        self.data = self.data[at + n:]
        return opcode, payload

    def message(self):
        while True:
            opcode, payload = self.frame()
            if opcode == PING:
                self.send(PONG, payload)
            elif opcode == CLOSE:
                sys.exit("wsphone: closed, %r" % payload)
            elif opcode == TEXT:
                return payload.decode()

    def ready(self, seconds):
        return self.data or select.select([self.sock], [], [], seconds)[0]


def register(user, cseq, call, authorization=""):
    return (
        "REGISTER sip:{d} SIP/2.0\r\n"
        "Via: SIP/2.0/WS {c}.invalid;branch=z9hG4bK{c}{n}\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:{u}@{d}>;tag={c}f\r\nTo: <sip:{u}@{d}>\r\n"
        "Call-ID: {c}\r\nCSeq: {n} REGISTER\r\n"
        "Contact: <sip:{u}@{c}.invalid;transport=ws>;expires=600\r\n"
        "Supported: path, outbound\r\nUser-Agent: ExamplePhone/2.0\r\n{a}"
        "Content-Length: 0\r\n\r\n").format(
            d=DOMAIN, u=user, n=cseq, c=call, a=authorization)


def authorization(user, password, response):
    challenge = re.search(r"^WWW-Authenticate: Digest (.*)$", response,
                          re.M | re.I).group(1)
    p = dict(re.findall(r'(\w+)="?([^",\r]*)"?', challenge))
    uri = "sip:" + DOMAIN

    def md5(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    one, two = md5(user, p["realm"], password), md5("REGISTER", uri)
    count, nonce = "00000001", os.urandom(4).hex()
    if "qop" in p:
        answer = md5(one, p["nonce"], count, nonce, "auth", two)
        more = ', qop=auth, nc=%s, cnonce="%s"' % (count, nonce)
    else:
        answer, more = md5(one, p["nonce"], two), ""
    return ('Authorization: Digest username="%s", realm="%s", nonce="%s", '
            'uri="%s", response="%s", algorithm=MD5%s\r\n'
            % (user, p["realm"], p["nonce"], uri, answer, more))


def connect(address, port):
    sock = socket.create_connection((address, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return WebSocket(sock, "%s:%d" % (address, port))


def talk(ws, user, password, stay, fragments=False):
    call = "ws" + os.urandom(5).hex()
    ws.send(TEXT, register(user, 1, call).encode())
    answer = ws.message()
    if answer.startswith("SIP/2.0 401 "):
        again = register(user, 2, call, authorization(
            user, password, answer)).encode()
        if fragments:
            ws.send(TEXT, again[:200], False)
            ws.send(0, again[200:400], False)
            ws.send(PING, b"between")
            ws.send(0, again[400:])
        else:
            ws.send(TEXT, again)
        answer = ws.message()
    print(answer.split("\r\n")[0])
    ws.send(PING, b"still here?")
    end = time.monotonic() + stay
    while time.monotonic() < end:
        if ws.ready(0.1):
            opcode, payload = ws.frame()
            if opcode == PING:
                ws.send(PONG, payload)
    ws.send(CLOSE, struct.pack(">H", 1000))
    while ws.frame()[0] != CLOSE:
        pass
    ws.sock.close()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("user")
    a.add_argument("password")
    a.add_argument("address")
    a.add_argument("port", type=int)
    a.add_argument("--fragments", action="store_true")
    a.add_argument("--stay", type=float, default=1)
    o = a.parse_args()

    talk(connect(o.address, o.port), o.user, o.password, o.stay, o.fragments)


if __name__ == "__main__":
    main()
