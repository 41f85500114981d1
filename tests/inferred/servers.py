# SPDX-License-Identifier: Apache-2.0
"""Servers of the corpus inside TLS: registrars of several makes, and others.

    servers.py CERTIFICATE KEY KEYLOG

Each registrar listens at its own address, port 5061.  What becomes of a user is
in the first two of its last four digits: 60 forbidden at once, 61 forbidden
after right credentials, 62 never answered, 63 interval too brief, 64 overloaded
after right credentials, 65 not found, 67 registered twice and then forbidden, 68
forbidden three times and then overloaded, else its password is "secret-USER".
"""

import asyncio
import hashlib
import os
import re
import ssl
import sys
import time

DOMAIN = "example.com"
LONG_WORDS = ('Warning: 399 sbc.example.net "This line is not provisioned for '
              'registration from this access network, ask the help desk"\r\n'
              "Reason: SIP;cause=403;text=\"Access class mismatch\"\r\n")
# Each make: what stands in its answers beside what all have.
MAKES = {
    # for training
    "oak": dict(at="198.51.100.21", nonce=16, server="Oak/1.0"),
    "elm": dict(at="198.51.100.22", nonce=32, opaque=8, date=True,
                server="Elm Registrar (x86_64/linux)",
                more="Allow-Events: presence, message-summary\r\n"),
    "fir": dict(at="198.51.100.23", nonce=48, trying=True, pong=False,
                more="Service-Route: <sip:orig@core.example.com:5060;lr>\r\n"
                     "P-Associated-URI: <sip:{user}@example.com>\r\n",
                wrong="403", server="Fir-SBC"),
    "ivy": dict(at="198.51.100.24", nonce=32, options=2.1,
                server="Ivy/3 (keep-alive)"),
    "gum": dict(at="198.51.100.25", nonce=20, opaque=6, life=4.0,
                more="Supported: path\r\n", server="Gum"),
    # held out
    "ash": dict(at="198.51.100.31", nonce=40, opaque=16, server="Ash 7.2",
                more="Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER\r\n"
                     "Supported: path, outbound, replaces\r\n",
                other=True),
    "yew": dict(at="198.51.100.32", nonce=24, life=2.5, date=True,
                server="Yew-Proxy/22.1"),
    "box": dict(at="198.51.100.33", nonce=56, forbidden=LONG_WORDS,
                server="Box", echo=True),
    "bay": dict(at="198.51.100.34", nonce=32, options=1.7, both=True,
                server="Bay Softswitch 4"),
}


def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


class Registrar:
    def __init__(self, name):
        self.make = dict(dict(opaque=0, date=False, trying=False, pong=True,
                              more="", wrong="401", forbidden="", other=False,
                              life=3600, options=0, both=False, echo=False),
                         **MAKES[name])
        self.nonces = {}
        self.bound, self.count = {}, {}

    async def serve(self, reader, writer):
        pinging = None
        if self.make["options"]:
            pinging = asyncio.ensure_future(self.ping(writer))
        self.bound[writer] = False
        try:
            await self.listen(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        if pinging:
            pinging.cancel()
        writer.close()

    async def ping(self, writer):
        """Asks who is registered whether it is there."""
        for n in range(1, 1000):
            await asyncio.sleep(self.make["options"])
            if not self.bound[writer]:
                continue
            writer.write((
                "OPTIONS sip:phone@192.0.2.1 SIP/2.0\r\n"
                "Via: SIP/2.0/TLS %s:5061;branch=z9hG4bKp%06d\r\n"
                "Max-Forwards: 70\r\nFrom: <sip:ping@%s>;tag=p%06d\r\n"
                "To: <sip:phone@%s>\r\nCall-ID: ping%06d\r\n"
                "CSeq: %d OPTIONS\r\nContent-Length: 0\r\n\r\n"
                % (self.make["at"], n, DOMAIN, n, DOMAIN, n, n)).encode())

    async def listen(self, reader, writer):
        data = b""
        while True:
            more = await reader.read(65536)
            if not more:
                return
            data += more
            while data:
                if data[:4] == b"\r\n\r\n":
                    data = data[4:]
                    if self.make["pong"]:
                        writer.write(b"\r\n")
                    continue
                end = data.find(b"\r\n\r\n")
                if end < 0:
                    break
                head = data[:end].decode()
                size = int(re.search(r"Content-Length: (\d+)", head)[1])
                if len(data) < end + 4 + size:
                    break
                data = data[end + 4 + size:]
                if not head.startswith("SIP/2.0"):
                    await asyncio.sleep(0.002)
                    self.answer(writer, head)

    def answer(self, writer, head):
        method = head.split(" ")[0]
        user = re.search(r"^From:.*?sips?:([^@>;]+)@", head, re.M)[1]
        fate = user[-4:-2]
        if method == "ACK" or fate == "62":
            return
        if self.make["trying"] and method in ("REGISTER", "INVITE"):
            self.say(writer, head, "100 Trying")
        if fate == "60":
            return self.say(writer, head, "403 Forbidden",
                            self.make["forbidden"])
        if fate == "65":
            return self.say(writer, head, "404 Not Found")
        if method == "OPTIONS" and "Authorization" not in head and \
                fate != "66":
            return self.say(writer, head, "200 OK",
                            "Allow: INVITE, ACK, BYE, OPTIONS\r\n"
                            "Accept: application/sdp\r\n")
        if method == "BYE":
            return self.say(writer, head, "200 OK")
        refused = self.refused(head, method, user)
        if refused:
            return self.say(writer, head, *refused)
        if method == "REGISTER":
            return self.register(writer, head, user, fate)
        return self.other(writer, head, method, user)

    def register(self, writer, head, user, fate):
        contact = re.search(r"^Contact: *(.*?)\r?$", head, re.M)[1]
        expires = re.search(r"^Expires: *(\d+)", head, re.M)
        expires = int(expires[1] if expires
                      else re.search(r"expires=(\d+)", contact)[1])
        if fate == "61":
            return self.say(writer, head, "403 Forbidden",
                            self.make["forbidden"])
        if fate in ("67", "68"):
            self.count[user] = self.count.get(user, 0) + 1
            if fate == "68" and self.count[user] < 4 or \
                    fate == "67" and self.count[user] > 2:
                return self.say(writer, head, "403 Forbidden",
                                self.make["forbidden"])
        if fate in ("64", "68"):
            return self.say(writer, head, "503 Service Unavailable",
                            "Retry-After: 3\r\n")
        if fate == "63" and 0 < expires < 5:
            return self.say(writer, head, "423 Interval Too Brief",
                            "Min-Expires: 5\r\n")
        contact = re.sub(r";expires=\d+", "", contact)
        self.bound[writer] = expires > 0
        lines = ""
        if expires:
            lines = "Contact: %s;expires=%d\r\n" % (contact, expires)
        if self.make["other"]:
            lines += ("Contact: <sip:%s@192.0.2.250:5062;transport=tls>;"
                      "expires=1712\r\n" % user)
        self.say(writer, head, "200 OK",
                 lines + self.make["more"].format(user=user))

    def other(self, writer, head, method, user):
        if method == "SUBSCRIBE":
            self.say(writer, head, "200 OK",
                     "Contact: <sip:%s:5061;transport=tls>\r\nExpires: 60\r\n"
                     % self.make["at"])
            body = "Messages-Waiting: no\r\n"
            writer.write((
                "NOTIFY sip:%s@192.0.2.1 SIP/2.0\r\n"
                "Via: SIP/2.0/TLS %s:5061;branch=z9hG4bK%s\r\n"
                "From: <sip:%s@%s>;tag=n\r\nTo: <sip:%s@%s>;tag=s\r\n"
                "Call-ID: notify\r\nCSeq: 1 NOTIFY\r\n"
                "Event: message-summary\r\nSubscription-State: active\r\n"
                "Content-Type: application/simple-message-summary\r\n"
                "Content-Length: %d\r\n\r\n%s"
                % (user, self.make["at"], os.urandom(5).hex(), user, DOMAIN,
                   user, DOMAIN, len(body), body)).encode())
        elif method == "OPTIONS":
            self.say(writer, head, "200 OK",
                     "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, "
                     "SUBSCRIBE, NOTIFY, REFER\r\nAccept: application/sdp\r\n"
                     "Supported: path, outbound, replaces\r\n")
        elif method == "INVITE":
            self.say(writer, head, "486 Busy Here")
        else:
            self.say(writer, head, "200 OK")

    def refused(self, head, method, user):
        auth = re.search(r"^Authorization: Digest (.*?)\r?$", head, re.M)
        if auth is None:
            return self.challenge()
        p = dict(re.findall(r'(\w+)="?([^",]*)"?', auth[1]))
        born = self.nonces.get(p["nonce"])
        if born is None or time.monotonic() - born > self.make["life"]:
            return self.challenge(", stale=true")
        ha1 = md5(p["username"], p["realm"], "secret-" + user)
        want = md5(ha1, p["nonce"], p["nc"], p["cnonce"], "auth",
                   md5(method, p["uri"])) if "qop" in p else \
            md5(ha1, p["nonce"], md5(method, p["uri"]))
        if p["response"] == want:
            return None
        if self.make["wrong"] == "403":
            return "403 Forbidden", self.make["forbidden"]
        return self.challenge()

    def challenge(self, stale=""):
        nonce = os.urandom(self.make["nonce"] // 2).hex()
        self.nonces[nonce] = time.monotonic()
        opaque = self.make["opaque"]
        rest = 'realm="%s", nonce="%s"%s, qop="auth"%s\r\n' % (
            DOMAIN, nonce, ', opaque="%s"' % os.urandom(opaque).hex()
            if opaque else "", stale)
        lines = "WWW-Authenticate: Digest algorithm=MD5, " + rest
        if self.make["both"]:
            lines = "WWW-Authenticate: Digest algorithm=SHA-256, " + rest + \
                lines
        return "401 Unauthorized", lines

    def say(self, writer, head, status, lines=""):
        echo = ""
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            for value in re.findall(r"^%s: *(.*?)\r?$" % name, head, re.M):
                if name == "Via":
                    value = value.replace(";rport", ";rport=5061")
                    value += ";received=192.0.2.1"
                if name == "To" and "tag=" not in value and \
                        not status.startswith("100"):
                    value += ";tag=" + os.urandom(4).hex()
                echo += "%s: %s\r\n" % (name, value)
        if self.make["date"]:
            lines += "Date: Wed, 25 Nov 2026 12:00:00 GMT\r\n"
        if self.make["echo"]:
            agent = re.search(r"^User-Agent: (.*?)\r?$", head, re.M)
            lines += "X-Agent: %s\r\n" % (agent[1] if agent else "none")
        writer.write(("SIP/2.0 %s\r\n%s%sServer: %s\r\nContent-Length: 0\r\n"
                      "\r\n" % (status, echo, lines, self.make["server"])
                      ).encode())


# ---- what is no SIP, at 198.51.100.40, where SIP is expected ----


async def foreign(reader, writer):
    """Begins with a word that says what is spoken."""
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            word, _, rest = line.decode().rstrip().partition(" ")
            if word == "GET":
                await http(reader, writer, rest)
            elif word == "chat":
                writer.write(b"ok %s\n" % (b"x" * int(rest)))
                await asyncio.sleep(0.4)
                writer.write(b"said %s\n" % (b"y" * (int(rest) * 7 % 300)))
            elif word == "imap":
                writer.write(b"* 12 EXISTS\r\na OK %s\r\n" %
                             (b"z" * int(rest.split(" ")[0])))
            else: # as long an answer as asked for
                writer.write(b"w" * int(rest) + b"\n")
    except (OSError, ValueError):
        pass
    writer.close()


async def http(reader, writer, path):
    head = ""
    while True:
        line = (await reader.readline()).decode()
        if line in ("\r\n", ""):
            break
        head += line
    wait, size = re.search(r"wait=([\d.]+)&size=(\d+)", path).groups()
    await asyncio.sleep(float(wait))
    body = "b" * int(size)
    status, more = "200 OK", "ETag: \"%s\"\r\n" % os.urandom(12).hex()
    if "digest" in path and "Authorization" not in head:
        status, body = "401 Unauthorized", ""
        more = ('WWW-Authenticate: Digest realm="files", nonce="%s", '
                'qop="auth"\r\n' % os.urandom(16).hex())
    writer.write(("HTTP/1.1 %s\r\nServer: files\r\n%sContent-Length: %d\r\n"
                  "\r\n%s" % (status, more, len(body), body)).encode())


async def main():
    certificate, key, keylog = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.keylog_filename = keylog
    context.set_ciphers("ALL:@SECLEVEL=0")
    for name in MAKES:
        await asyncio.start_server(Registrar(name).serve, MAKES[name]["at"],
                                   5061, ssl=context, backlog=500)
    await asyncio.start_server(foreign, "198.51.100.40", 5061, ssl=context,
                               backlog=500)
    print("ready", flush=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
