# SPDX-License-Identifier: Apache-2.0
"""A phone that registers over TLS, and keeps the secrets of its connections.

    tlsphone.py USER PASSWORD ADDRESS PORT [--tls VERSION] [--ciphers LIST]
        [--keylog FILE] [--again] [--websocket]

It registers with what the challenge asks for (digest, MD5, RFC 2617), stays for
a moment and closes in order.  --again: then resumes the TLS session on another
connection, and registers there too.  --websocket: over a WebSocket in TLS
(RFC 7118).  Cipher suites of TLS 1.3 are chosen in $OPENSSL_CONF.
"""

import argparse
import os
import re
import socket
import ssl
import sys
import time

import wsphone

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
NAME = "hosted01.example.net"


def context(o):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    c.set_ciphers(o.ciphers + ":@SECLEVEL=0")
    c.minimum_version = c.maximum_version = VERSIONS[o.tls]
    if o.keylog:
        c.keylog_filename = o.keylog
    return c


def connect(o, c, session=None):
    sock = socket.create_connection((o.address, o.port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return c.wrap_socket(sock, server_hostname=NAME, session=session)


def register(o, own, cseq, call, authorization=""):
    return (
        "REGISTER sip:{d} SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {h}:{p};branch=z9hG4bK{c}{n}\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:{u}@{d}>;tag={c}f\r\nTo: <sip:{u}@{d}>\r\n"
        "Call-ID: {c}\r\nCSeq: {n} REGISTER\r\n"
        "Contact: <sip:{u}@{h}:{p};transport=tls>;expires=600\r\n"
        "User-Agent: ExamplePhone/2.0\r\n{a}"
        "Content-Length: 0\r\n\r\n").format(
            d=wsphone.DOMAIN, u=o.user, n=cseq, c=call, h=own[0], p=own[1],
            a=authorization).encode()


def answer(s):
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            sys.exit("tlsphone: closed")
        data += more
    return data.decode()


def bye(s):
    try:
        s.unwrap()
    except OSError:  # Kamailio answers close_notify with a FIN
        pass
    s.close()


def over_tls(o, c, session=None):
    s = connect(o, c, session)
    print(s.version(), s.cipher()[0], "resumed" if s.session_reused else "")
    call = "tls" + os.urandom(5).hex()
    s.sendall(register(o, s.getsockname(), 1, call))
    got = answer(s)
    if got.startswith("SIP/2.0 401 "):
        s.sendall(register(o, s.getsockname(), 2, call, wsphone.authorization(
            o.user, o.password, got)))
        got = answer(s)
    print(re.split("\r\n", got)[0])
    time.sleep(0.3)
    session = s.session
    bye(s)
    return session


def main():
    a = argparse.ArgumentParser()
    a.add_argument("user")
    a.add_argument("password")
    a.add_argument("address")
    a.add_argument("port", type=int)
    a.add_argument("--tls", default="1.3", choices=VERSIONS)
    a.add_argument("--ciphers", default="ALL")
    a.add_argument("--keylog")
    a.add_argument("--again", action="store_true")
    a.add_argument("--websocket", action="store_true")
    o = a.parse_args()
    c = context(o)
    if o.websocket:
        wsphone.talk(wsphone.WebSocket(connect(o, c), NAME), o.user,
                     o.password, 0.3)
        return
    session = over_tls(o, c)
    if o.again:
        time.sleep(0.5)
        over_tls(o, c, session)


main()
