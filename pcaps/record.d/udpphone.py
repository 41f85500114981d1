# SPDX-License-Identifier: Apache-2.0
"""A phone that registers over UDP and answers all challenges it has seen.

    udpphone.py USER PASSWORD ADDRESS PORT FROM-ADDRESS

Of several challenges for a realm it takes the first that it knows (Digest, MD5,
RFC 2617), wherever that stands, and every further request has credentials for
each realm: what a proxy that asks (407) and a registrar that asks (401) need.
"""

import hashlib
import os
import re
import socket
import sys

DOMAIN = "example.com"
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


def credentials(user, password, header, realm, nonce, count):
    cnonce, nc, uri = os.urandom(4).hex(), "%08x" % count, "sip:" + DOMAIN
    answer = md5(md5(user, realm, password), nonce, nc, cnonce, "auth",
                 md5("REGISTER", uri))
    return ('%s: Digest username="%s", realm="%s", nonce="%s", uri="%s", '
            'response="%s", algorithm=MD5, qop=auth, nc=%s, cnonce="%s"\r\n'
            % (header, user, realm, nonce, uri, answer, nc, cnonce))


def main():
    user, password, address, port, own = sys.argv[1:]
    call, known, counts = "udp" + os.urandom(5).hex(), {}, {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((own, 5060))
        sock.connect((address, int(port)))
        sock.settimeout(5)
        for cseq in range(1, 6):
            lines = ""
            for (header, realm), nonce in known.items():
                counts[nonce] = counts.get(nonce, 0) + 1
                lines += credentials(user, password, header, realm, nonce,
                                     counts[nonce])
            sock.send((
                "REGISTER sip:{d} SIP/2.0\r\n"
                "Via: SIP/2.0/UDP {o}:5060;branch=z9hG4bK{c}{n};rport\r\n"
                "Max-Forwards: 70\r\n"
                "From: <sip:{u}@{d}>;tag={c}f\r\nTo: <sip:{u}@{d}>\r\n"
                "Call-ID: {c}\r\nCSeq: {n} REGISTER\r\n"
                "Contact: <sip:{u}@{o}:5060>;expires=600\r\n"
                "User-Agent: ExamplePhone/2.0\r\n{a}Content-Length: 0\r\n\r\n"
            ).format(d=DOMAIN, u=user, o=own, c=call, n=cseq,
                     a=lines).encode())
            response = "SIP/2.0 1"
            while response.startswith("SIP/2.0 1"):
                response = sock.recv(65536).decode()
            print(response.split("\r\n")[0])
            if not response.startswith("SIP/2.0 4"):
                break
            known.update(challenges(response))


main()
