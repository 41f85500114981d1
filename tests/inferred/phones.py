# SPDX-License-Identifier: Apache-2.0
"""Phones of the corpus inside TLS, and what else may speak on their ports.

    phones.py FAMILY LOG       plays the part of the plan that has these ciphers
    phones.py --plan           prints the plan
    phones.py --wrap KEYLOG NUMBER:SERVER...   TLS for SIPp, which has none

FAMILY: 12, or 13-NAME where OPENSSL_CONF offers that suite alone.  LOG gets a
line for each connection: its addresses and what it was meant to be.  What
became of it is not taken from here, but from the decrypted messages.
"""

import asyncio
import os
import random
import re
import ssl
import sys

from servers import DOMAIN, MAKES, md5

CIPHERS = {
    "12-aes128-gcm": "ECDHE-RSA-AES128-GCM-SHA256",
    "12-aes256-gcm": "ECDHE-RSA-AES256-GCM-SHA384",
    "12-chacha20": "ECDHE-RSA-CHACHA20-POLY1305",
    "12-aes128-ccm": "AES128-CCM",
    "12-aes128-ccm8": "AES128-CCM8",
    "12-cbc-sha1": "ECDHE-RSA-AES128-SHA",
    "12-cbc-sha256": "ECDHE-RSA-AES128-SHA256",
    "13-aes128-gcm": None,
    "13-aes256-gcm": None,
    "13-chacha20": None,
    "13-aes128-ccm": None,
}
ALLOW = "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, UPDATE\r\n"
INSTANCE = ';+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"'
# uses: "again" the nonce it has, or "anew": asks for one each time.
# alive: CRLF, OPTIONS or nothing.  wrong: what it does after a second refusal.
MODELS = {
    # for training
    "ada": dict(agent="Ada/1.0", uses="again", alive="crlf", wrong="stop"),
    "bell": dict(agent="Bell 8800 (4.1.2)", uses="again", alive="crlf",
                 wrong="loop", more=ALLOW, inside=True),
    "curie": dict(agent="Curie-Softphone/22.11.1 (Linux)", uses="anew",
                  alive="crlf", wrong="again", instance=True, branch=24),
    "dirac": dict(agent="D", uses="again", alive="options", wrong="loop",
                  short=True),
    "euler": dict(agent="Euler/3.3", uses="again", alive=None, wrong="stop",
                  more="Supported: path, gruu, outbound\r\n", first=True),
    # held out
    "franklin": dict(agent="Franklin FX-12 0004f2-7dec11", uses="again",
                     alive="crlf", wrong="loop", more=ALLOW + "Supported: "
                     "replaces, 100rel, timer\r\nAllow-Events: talk, hold\r\n",
                     inside=True, branch=17),
    "gauss": dict(agent="Gauss", uses="anew", alive=None, wrong="again"),
    "hopper": dict(agent="Hopper-CP-7811/11.3.7", uses="again", alive="crlf",
                   wrong="stop", instance=True, short=True, branch=8,
                   vary=True),
    "ising": dict(agent="Ising 1.4.2-rc", uses="again", alive="options",
                  wrong="loop", first=True, more=ALLOW),
    "joule": dict(agent="Joule/9", uses="again", alive="crlf", wrong="again",
                  slow=0.35, cnonce=32),
}
TRAINING = {"models": {"ada", "bell", "curie", "dirac", "euler"},
            "makes": {"oak", "elm", "fir", "ivy", "gum"}}
HELD_OUT = {"models": set(MODELS) - TRAINING["models"],
            "makes": (set(MAKES) - TRAINING["makes"]) | {"kamailio"}}
KAMAILIO = "198.51.100.10"
FOREIGN = "198.51.100.40"
# How often: of each scenario, for each half.  Of 10 refreshed registrations
# about six are removed by their phone.
SCENARIOS = {
    "refreshed": 260, "once": 14, "wrong": 22, "forbidden": 8,
    "forbidden-late": 12, "forbidden-late-again": 4, "missing": 4, "silent": 5,
    "disabled": 5, "forbidden-then-busy": 3,
    "brief": 10, "busy": 6, "message": 5, "options": 4, "options-asked": 5,
    "subscribe": 5, "invite": 4, "lines": 8, "with-subscribe": 6,
}
STRANGE = {"https": 8, "https-digest": 6, "long-poll": 8, "chat": 8, "imap": 6,
           "ldap": 6, "download": 4}


def plan():
    todo = []
    rng = random.Random(3261)
    n = 0
    for half in TRAINING, HELD_OUT:
        for scenario, count in SCENARIOS.items():
            for _ in range(count):
                makes = sorted(half["makes"])
                if scenario not in ("refreshed", "once", "wrong", "missing"):
                    makes = [m for m in makes if m != "kamailio"]
                todo.append(dict(
                    n=n, model=rng.choice(sorted(half["models"])),
                    make=rng.choice(makes), cipher=rng.choice(sorted(CIPHERS)),
                    scenario=scenario, removed=rng.random() < 0.6,
                    expires=rng.choice((4, 5, 6, 8)), rounds=rng.randint(2, 4),
                    start=rng.uniform(0, 40)))
                n += 1
    for scenario, count in STRANGE.items():
        for _ in range(2 * count):
            todo.append(dict(n=n, model="none", make="none",
                             cipher=rng.choice(sorted(CIPHERS)),
                             scenario=scenario, start=rng.uniform(0, 40),
                             seed=rng.random()))
            n += 1
    return todo


class Gone(Exception):
    pass


class Phone:
    def __init__(self, todo, own, reader, writer):
        self.model = dict(dict(more="", instance=False, branch=12, short=False,
                               inside=False, first=False, vary=False, slow=0,
                               cnonce=8), **MODELS[todo["model"]])
        self.own, self.reader, self.writer = own, reader, writer
        self.todo, self.rng = todo, random.Random(todo["n"])
        self.call = os.urandom(9).hex()
        self.cseq = self.rng.choice((1, 1, 1, 7, 98, 4711))
        self.nonce = None
        self.count = 0
        self.finals = asyncio.Queue()
        self.listener = asyncio.ensure_future(self.listen())

    # ---- messages ----

    async def listen(self):
        data = b""
        try:
            while True:
                more = await self.reader.read(65536)
                if not more:
                    break
                data += more
                while data:
                    if data[:2] == b"\r\n":
                        data = data[2:]
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
                        self.obey(head)
                    elif not head.startswith("SIP/2.0 1"):
                        self.finals.put_nowait(head)
        except (OSError, asyncio.CancelledError):
            pass
        self.finals.put_nowait(None)

    def obey(self, head):
        """Answers a request of the server's."""
        echo = "".join("%s: %s\r\n" % (k, v) for k, v in re.findall(
            r"^(Via|From|To|Call-ID|CSeq): *(.*?)\r?$", head, re.M))
        self.send("SIP/2.0 200 OK\r\n%sUser-Agent: %s\r\nContent-Length: 0\r\n"
                  "\r\n" % (echo, self.model["agent"]))

    def send(self, text):
        try:
            self.writer.write(text.encode())
        except OSError as e:
            raise Gone from e

    def token(self, n):
        if self.model["vary"]:
            n += self.rng.randint(-1, 1)
        return "".join(self.rng.choices("abcdefghijkmnpqrstuvwxyz0123", k=n))

    def authorization(self, method, user, uri):
        if self.nonce is None:
            return ""
        realm, nonce, opaque = self.nonce
        self.count += 1
        nc, cnonce = "%08x" % self.count, os.urandom(
            self.model["cnonce"] // 2).hex()
        secret = "secret-" + user
        if self.todo["scenario"] == "wrong":
            secret = "secret"
        answer = md5(md5(user, realm, secret), nonce, nc, cnonce, "auth",
                     md5(method, uri))
        return ('Authorization: Digest username="%s", realm="%s", nonce="%s", '
                'uri="%s", response="%s", algorithm=MD5, cnonce="%s", '
                '%sqop=auth, nc=%s\r\n' % (
                    user, realm, nonce, uri, answer, cnonce,
                    'opaque="%s", ' % opaque if opaque else "", nc))

    def request(self, method, user, expires=None, to=None, body="",
                naked=False):
        m = self.model
        host, port = self.own
        uri = "sip:%s" % DOMAIN if to is None else "sip:%s@%s" % (to, DOMAIN)
        contact = "<sip:%s@%s:%d;transport=tls>" % (
            user if not m["short"] else user[-4:], host, port)
        if m["instance"]:
            contact += INSTANCE
        lines = "Contact: %s%s\r\n" % (
            contact, ";expires=%d" % expires
            if m["inside"] and expires is not None else "")
        if expires is not None and not m["inside"]:
            lines += "Expires: %d\r\n" % expires
        if method in ("MESSAGE", "OPTIONS"):
            lines = ""
        if method == "SUBSCRIBE":
            lines += ("Event: message-summary\r\n"
                      "Accept: application/simple-message-summary\r\n")
        auth = "" if naked else self.authorization(method, user, uri)
        lines += "User-Agent: %s\r\n%s" % (m["agent"], m["more"])
        lines = auth + lines if m["first"] else lines + auth
        self.cseq += 1
        self.send(
            "%s %s SIP/2.0\r\nVia: SIP/2.0/TLS %s:%d;branch=z9hG4bK%s;rport\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=%s\r\n"
            "To: <sip:%s@%s>\r\nCall-ID: %s\r\nCSeq: %d %s\r\n%s"
            "Content-Length: %d\r\n\r\n%s" % (
                method, uri, host, port, self.token(m["branch"]), user, DOMAIN,
                self.call[:8], to or user, DOMAIN, self.call, self.cseq,
                method, lines, len(body), body))

    async def ask(self, method, user, **more):
        """A request, and another where it is challenged: the last status."""
        if self.model["uses"] == "anew":
            self.nonce = None
        refused = 0
        while True:
            had = self.nonce is not None
            self.request(method, user, **more)
            try:
                head = await asyncio.wait_for(self.finals.get(), 12)
            except asyncio.TimeoutError:
                return 0
            if head is None:
                raise Gone
            status = int(head[8:11])
            if status != 401:
                return status
            if method == "INVITE":
                self.request("ACK", user, naked=True, to=more["to"])
            c = re.search(r'^WWW-Authenticate: Digest (?:algorithm=MD5, )?realm='
                          r'"(.*?)", nonce="(.*?)"(?:, opaque="(.*?)")?', head,
                          re.M)
            if had and "stale=true" not in head:
                refused += 1
                if refused >= (8 if self.model["wrong"] == "loop" else 1):
                    self.nonce = None
                    return 401
            self.nonce = c.groups()
            if self.model["slow"]:
                await asyncio.sleep(self.model["slow"])

    async def rest(self, seconds):
        """Keeps the connection alive meanwhile."""
        end = asyncio.get_event_loop().time() + seconds
        step = {"crlf": 0.9, "options": 1.3, None: 60}[self.model["alive"]]
        while True:
            left = end - asyncio.get_event_loop().time()
            await asyncio.sleep(min(step, max(left, 0)))
            if left <= step:
                return
            if self.model["alive"] == "crlf":
                self.send("\r\n\r\n")
            elif self.model["alive"] == "options":
                self.request("OPTIONS", self.user, naked=True)
                await asyncio.wait_for(self.finals.get(), 12)

    # ---- what it does ----

    async def play(self):
        t = self.todo
        kind = t["scenario"]
        fate = {"forbidden": 60, "forbidden-late": 61, "silent": 62,
                "brief": 63, "busy": 64, "missing": 65, "options-asked": 66,
                "forbidden-late-again": 61, "disabled": 67,
                "forbidden-then-busy": 68}.get(kind, 40)
        self.user = "%s%02d%02d" % (
            "" if t["make"] == "kamailio" else
            self.rng.choice(("", "", "+4930", "line-", "a.phone.")), fate,
            t["n"] % 100)
        if kind == "missing" and t["make"] == "kamailio":
            self.user = "9999"
        play = getattr(self, "play_" + kind.replace("-", "_"), None)
        if play:
            await play()
        else:
            await self.registered()

    async def registered(self):
        t = self.todo
        e = t["expires"]
        share = self.rng.choice((0.5, 0.7, 0.9))
        kind = t["scenario"]
        rounds = 1 if kind == "once" else t["rounds"]
        tries = 0
        while True:
            status = await self.ask("REGISTER", self.user, expires=e)
            if status == 423:
                e = 6
                status = await self.ask("REGISTER", self.user, expires=e)
            if status != 200:
                tries += 1
                if kind == "disabled" or status == 503:
                    return
                if kind.startswith("forbidden-") and kind != "forbidden-late" \
                        and tries < 5:
                    await self.rest(2)
                    continue
                if self.model["wrong"] == "again" and tries < 3:
                    await self.rest(3 * tries)
                    continue
                await self.rest(self.rng.choice((0.1, 2, 5)))
                return
            if rounds == 0:
                break
            if kind == "with-subscribe" and rounds == t["rounds"]:
                await self.ask("SUBSCRIBE", self.user, expires=60)
            rounds -= 1
            await self.rest(e * share * self.rng.uniform(0.99, 1.01))
        if t["removed"]:
            await self.rest(self.rng.uniform(1.5, 4))
            await self.ask("REGISTER", self.user, expires=0)

    async def play_lines(self):
        """Several lines on one connection."""
        users = ["%s%d" % (self.user[:-1], i) for i in range(3)]
        for _ in range(3):
            for user in users:
                self.user = user
                await self.ask("REGISTER", user, expires=5)
            await self.rest(3)

    async def play_message(self):
        for _ in range(self.rng.randint(1, 4)):
            await self.ask("MESSAGE", self.user, to="4001",
                           body="x" * self.rng.randint(2, 200))
            await self.rest(3)

    async def play_options(self):
        for _ in range(5):
            await self.ask("OPTIONS", self.user)
            await self.rest(2)

    play_options_asked = play_options

    async def play_subscribe(self):
        for _ in range(3):
            await self.ask("SUBSCRIBE", self.user, expires=60)
            await self.rest(3)

    async def play_invite(self):
        sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
        await self.ask("INVITE", self.user, to="4002", body=sdp)
        self.request("ACK", self.user, naked=True, to="4002")
        await self.rest(2)


async def stranger(todo, reader, writer):
    """What is no SIP: see servers.foreign()."""
    rng = random.Random(todo["seed"])
    kind = todo["scenario"]

    async def say(text, lines=1):
        writer.write(text.encode())
        for _ in range(lines):
            await reader.readline()

    async def get(path, more="", body=True):
        writer.write(("GET /%s HTTP/1.1\r\nHost: files.example.net\r\n"
                      "User-Agent: Files/1\r\nAccept: */*\r\n%s\r\n"
                      % (path, more)).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        await reader.readexactly(
            int(re.search(r"Content-Length: (\d+)", head)[1]))

    size = rng.randint(20, 900)
    if kind == "https":
        for _ in range(rng.randint(1, 4)):
            await get("a?wait=0.05&size=%d" % rng.randint(20, 5000))
            await asyncio.sleep(rng.uniform(0, 4))
    elif kind == "https-digest":
        path = "digest?wait=0.01&size=%d" % size
        await get(path)
        for _ in range(5):
            await get(path, 'Authorization: Digest username="files", realm='
                      '"files", nonce="%s", uri="/", response="%s", qop=auth, '
                      'nc=00000001, cnonce="0a4f113b"\r\n'
                      % (os.urandom(16).hex(), os.urandom(16).hex()))
            await asyncio.sleep(3)
    elif kind == "long-poll":
        for _ in range(4):
            await get("poll?wait=3&size=%d" % (size % 120))
    elif kind == "chat":
        for _ in range(rng.randint(4, 12)):
            await say("chat %d%s\n" % (rng.randint(1, 300),
                                       " " * rng.randint(0, 200)), 2)
            await asyncio.sleep(rng.uniform(0, 1.5))
    elif kind == "imap":
        await say("imap %d LOGIN\n" % rng.randint(9, 60), 2)
        for _ in range(6):
            await say("imap %d NOOP\n" % 20, 2)
            await asyncio.sleep(2)
    elif kind == "ldap":
        await say("bind 14\n")
        for _ in range(rng.randint(1, 5)):
            await say("find %d%s\n" % (size, " " * rng.randint(40, 150)))
            await asyncio.sleep(rng.uniform(0, 2))
    else:
        await get("file?wait=0&size=%d" % rng.randint(10000, 60000))


def tls(cipher, keylog=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if cipher.startswith("12"):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS[cipher] + ":@SECLEVEL=0")
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.keylog_filename = keylog
    return context


async def connection(todo, log, keylog):
    await asyncio.sleep(todo["start"])
    own = "192.0.2.%d" % (1 + todo["n"] % 240), 20000 + todo["n"]
    make = todo["make"]
    to = KAMAILIO if make == "kamailio" else \
        FOREIGN if make == "none" else MAKES[make]["at"]
    log.write("%s:%d %s:5061 %s %s %s %s\n" % (
        *own, to, todo["model"], make, todo["cipher"], todo["scenario"]))
    try:
        reader, writer = await asyncio.open_connection(
            to, 5061, ssl=tls(todo["cipher"], keylog), local_addr=own)
    except OSError as e:
        print("lost", todo, e, file=sys.stderr)
        return
    try:
        if make == "none":
            await stranger(todo, reader, writer)
        else:
            await Phone(todo, own, reader, writer).play()
    except (OSError, Gone, asyncio.IncompleteReadError,
            asyncio.TimeoutError):
        pass
    writer.close()
    await asyncio.sleep(0.3)


async def wrap(keylog, number, to):
    """Gives TLS to a program without: from port 5070 of its own address."""
    own = "192.0.2.%d" % number, 30000 + number

    async def pipe(reader, writer):
        try:
            while True:
                data = await reader.read(65536)
                if not data:
                    break
                writer.write(data)
        except OSError:
            pass
        writer.close()

    async def taken(reader, writer):
        inner, outer = await asyncio.open_connection(
            to, 5061, ssl=tls(rng.choice(sorted(
                c for c in CIPHERS if c.startswith("12") or
                c == "13-aes256-gcm")), keylog), local_addr=own)
        await asyncio.gather(pipe(reader, outer), pipe(inner, writer))

    rng = random.Random(number)
    await asyncio.start_server(taken, own[0], 5070)


async def main():
    if sys.argv[1] == "--wrap":
        for pair in sys.argv[3:]:
            number, to = pair.split(":")
            await wrap(sys.argv[2], int(number), to)
        await asyncio.sleep(3600)
    if sys.argv[1] == "--plan":
        for todo in plan():
            print(todo)
        return
    family, path, keylog = sys.argv[1:]
    with open(path, "a") as log:
        await asyncio.gather(*(
            connection(t, log, keylog) for t in plan()
            if t["cipher"] == family or
            (family == "12" and t["cipher"].startswith("12"))))


if __name__ == "__main__":
    asyncio.run(main())
