# SPDX-License-Identifier: Apache-2.0
"""A phone that registers over UDP and answers all challenges it has seen.

    udpphone.py USER PASSWORD ADDRESS PORT FROM-ADDRESS [HOW]

Of several challenges for a realm it takes the first that it knows (Digest, MD5,
RFC 2617), wherever that stands, and every further request has credentials for
each realm: what a proxy that asks (407) and a registrar that asks (401) need.
HOW it does otherwise:

    other-realm  it answers for example.net, whatever it was asked
    no-count     with qop, and without nc and cnonce (RFC 7616 3.4 wants both)
    other-uri    the digest is over the user's URI, not over the request's
    new-port     as behind a NAT that forgets: three seconds later what comes to
                 the port is lost, and after seven more the next request leaves
                 from another
    answers      the same, but until then it answers what comes
    deaf         the same, but it answers nothing at all
"""

import hashlib
import os
import re
import socket
import sys
import time

DOMAIN = "example.com"
# For so many of ten seconds
ANSWERS = {"new-port": 3, "answers": 10, "deaf": 0}
HEADERS = {"www-authenticate": "Authorization",
           "proxy-authenticate": "Proxy-Authorization"}


def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def challenges(response):
    """Of each header and realm the first nonce that can be answered."""
    found = {}
    for name, value in re.findall(r"^([\w-]+-Authenticate): Digest (.*?)\r?$",
                                  response, re.M | re.I):
        p = dict(re.findall(r'(\w+)="?([^",]*)"?', value))
        key = HEADERS[name.lower()], p["realm"]
        if p.get("algorithm", "MD5") == "MD5" and key not in found:
            found[key] = p["nonce"]
    return found


def credentials(user, password, header, realm, nonce, count, how):
    cnonce, nc, uri = os.urandom(4).hex(), "%08x" % count, "sip:" + DOMAIN
    if how == "other-realm":
        realm = "example.net"
    if how == "other-uri":
        uri = "sip:%s@%s" % (user, DOMAIN)
    answer = md5(md5(user, realm, password), nonce, nc, cnonce, "auth",
                 md5("REGISTER", uri))
    counted = "" if how == "no-count" else ', nc=%s, cnonce="%s"' % (nc, cnonce)
    return ('%s: Digest username="%s", realm="%s", nonce="%s", uri="%s", '
            'response="%s", algorithm=MD5, qop=auth%s\r\n'
            % (header, user, realm, nonce, uri, answer, counted))


class Line:
    """What a user's requests have in common."""

    def __init__(self, user, password, own, how):
        self.user, self.password, self.own, self.how = user, password, own, how
        self.call, self.cseq = "udp" + os.urandom(5).hex(), 0
        self.known, self.counts = {}, {}

    def request(self):
        self.cseq += 1
        lines = ""
        for (header, realm), nonce in self.known.items():
            self.counts[nonce] = self.counts.get(nonce, 0) + 1
            lines += credentials(self.user, self.password, header, realm, nonce,
                                 self.counts[nonce], self.how)
        return (
            "REGISTER sip:{d} SIP/2.0\r\n"
            "Via: SIP/2.0/UDP {o}:5060;branch=z9hG4bK{c}{n};rport\r\n"
            "Max-Forwards: 70\r\n"
            "From: <sip:{u}@{d}>;tag={c}f\r\nTo: <sip:{u}@{d}>\r\n"
            "Call-ID: {c}\r\nCSeq: {n} REGISTER\r\n"
            "Contact: <sip:{u}@{o}:5060>;expires=600\r\n"
            "User-Agent: ExamplePhone/2.0\r\n{a}Content-Length: 0\r\n\r\n"
        ).format(d=DOMAIN, u=self.user, o=self.own, c=self.call, n=self.cseq,
                 a=lines).encode()

    def register(self, sock):
        for _ in range(5):
            sock.send(self.request())
            response = "SIP/2.0 1"
            while not re.match("SIP/2.0 [2-6]", response):
                response = sock.recv(65536).decode()
            print(response.split("\r\n")[0])
            if not response.startswith("SIP/2.0 4"):
                break
            self.known.update(challenges(response))


def answer(sock, seconds):
    """200 to each request that comes in that time."""
    end = time.monotonic() + seconds
    while end > time.monotonic():
        sock.settimeout(max(end - time.monotonic(), 0.01))
        try:
            lines = sock.recv(65536).decode().split("\r\n")
        except socket.timeout:
            break
        kept = [x for x in lines if re.match("(Via|From|To|Call-ID|CSeq):", x)]
        sock.send("\r\n".join(["SIP/2.0 200 OK"] + kept
                              + ["Content-Length: 0", "", ""]).encode())


def main():
    user, password, address, port, own = sys.argv[1:6]
    how = sys.argv[6] if len(sys.argv) > 6 else ""
    line, ports = Line(user, password, own, how), [5060]
    if how in ANSWERS:
        ports = [40001, 40002]
    socks = []
    for source in ports:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((own, source))
        sock.connect((address, int(port)))
        if socks:
            answer(socks[-1], ANSWERS[how])
            time.sleep(10 - ANSWERS[how])
        sock.settimeout(5)
        line.register(sock)
        socks.append(sock)


main()
