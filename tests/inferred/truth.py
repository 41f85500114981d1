# SPDX-License-Identifier: Apache-2.0
"""What was said inside the TLS of a recorded corpus, and what it looked like.

    truth.py FOLDER >corpus.txt

FOLDER is what "record" made: corpus.pcap, keys.log, plan.log.  tshark decrypts
for the truth.  Of each connection corpus.txt has a line

    conn CLIENT SERVER START client=.. server=.. cipher=.. case=.. truth=..

and lines of what anybody sees without keys: microseconds since the step before,
side (> client, < server), and

    h ClientHello, s:SUITE:VERSION ServerHello, c ChangeCipherSpec,
    TYPE:SIZE a record under keys, f FIN, r RST.

Certificates and other messages of TLS 1.2 in the clear are left out.  "measure"
makes a capture of it again.
"""

import collections
import os
import struct
import subprocess
import sys

PORT = 5061
SUITES = {
    (0x303, 0xc02f): "12-aes128-gcm", (0x303, 0xc030): "12-aes256-gcm",
    (0x303, 0xcca8): "12-chacha20", (0x303, 0xc09c): "12-aes128-ccm",
    (0x303, 0xc0a0): "12-aes128-ccm8", (0x303, 0xc013): "12-cbc-sha1",
    (0x303, 0xc027): "12-cbc-sha256", (0x304, 0x1301): "13-aes128-gcm",
    (0x304, 0x1302): "13-aes256-gcm", (0x304, 0x1303): "13-chacha20",
    (0x304, 0x1304): "13-aes128-ccm",
}


def packets(path):
    """Time in microseconds, source, destination, flags, sequence, payload."""
    with open(path, "rb") as f:
        f.read(24)
        while True:
            head = f.read(16)
            if len(head) < 16:
                return
            sec, usec, caught, _ = struct.unpack("<4I", head)
            ip = f.read(caught)[14:]
            if ip[9] != 6:
                continue
            size = struct.unpack(">H", ip[2:4])[0]
            tcp = ip[(ip[0] & 15) * 4:size]
            ports = struct.unpack(">HH", tcp[:4])
            source, to = (".".join(map(str, ip[i:i + 4])) for i in (12, 16))
            yield (sec * 1000000 + usec, (source, ports[0]), (to, ports[1]),
                   tcp[13], struct.unpack(">I", tcp[4:8])[0],
                   tcp[(tcp[12] >> 4) * 4:])


class Side:
    def __init__(self):
        self.next, self.data, self.later = None, b"", {}
        self.sealed, self.closed = False, False


class Connection:
    def __init__(self, at):
        self.start, self.last, self.steps = at, at, []
        self.sides = {">": Side(), "<": Side()}
        self.cipher = self.version = 0

    def step(self, at, dir_, what):
        self.steps.append("%d%s%s" % (at - self.last, dir_, what))
        self.last = at

    def packet(self, at, dir_, flags, seq, data):
        side = self.sides[dir_]
        if flags & 2:
            side.next = seq + 1 & 0xffffffff
            return
        if flags & 4 and not side.closed:
            side.closed = True
            self.step(at, dir_, "r")
            return
        if data:
            side.later[seq] = data
        while side.next in side.later:
            more = side.later.pop(side.next)
            side.next = side.next + len(more) & 0xffffffff
            side.data += more
            self.records(at, dir_, side)
        if flags & 1 and not side.closed:
            side.closed = True
            self.step(at, dir_, "f")

    def records(self, at, dir_, side):
        while len(side.data) >= 5:
            kind, size = side.data[0], struct.unpack(">H", side.data[3:5])[0]
            if len(side.data) < 5 + size:
                return
            body, side.data = side.data[5:5 + size], side.data[5 + size:]
            if kind == 20:
                side.sealed = True
                self.step(at, dir_, "c")
            elif kind == 22 and not side.sealed:
                self.hello(at, dir_, body)
            else:
                self.step(at, dir_, "%d:%d" % (kind, size))

    def hello(self, at, dir_, body):
        if body[0] == 1:
            self.step(at, dir_, "h")
        elif body[0] == 2:
            n = 39 + body[38]
            self.cipher = struct.unpack(">H", body[n:n + 2])[0]
            self.version = struct.unpack(">H", body[4:6])[0]
            if b"\0\x2b\0\2\3\4" in body[n + 3:]:
                self.version = 0x304
            self.step(at, dir_, "s:%04x:%04x" % (self.cipher, self.version))


def connections(path):
    """Of those that share addresses and ports, the first."""
    found, over = collections.OrderedDict(), set()
    for at, source, to, flags, seq, data in packets(path):
        dir_ = ">" if to[1] == PORT else "<"
        key = (source, to) if dir_ == ">" else (to, source)
        if flags & 18 == 2 and key in found and found[key].steps:
            over.add(key)
        if key in over:
            continue
        if key not in found:
            found[key] = Connection(at)
        found[key].packet(at, dir_, flags, seq, data)
    return found


def messages(folder):
    """By connection: methods and statuses of the SIP inside, in order; and the
    first User-Agent."""
    fields = ["ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "sip.Method",
              "sip.Status-Code", "sip.CSeq.method", "sip.from.user",
              "sip.User-Agent"]
    command = ["tshark", "-n", "-r", os.path.join(folder, "corpus.pcap"), "-o",
               "tls.keylog_file:" + os.path.join(folder, "keys.log"), "-d",
               "tcp.port==%d,tls" % PORT, "-Y", "sip", "-T", "fields", "-E",
               "occurrence=a", "-E", "aggregator=|"]
    for f in fields + ["sip.Authorization"]:
        command += ["-e", f]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout.decode()
    said, agents = collections.defaultdict(list), {}
    for line in out.splitlines():
        a, ap, b, bp, method, status, cseq, user, agent, auth = line.split("\t")
        up = int(bp) == PORT
        key = ((a, int(ap)), (b, int(bp)))
        key = key if up else key[::-1]
        if up and method:
            agents.setdefault(key, agent)
            for m in method.split("|"):
                said[key].append((m, bool(auth), user.split("|")[0]))
        if not up and status:
            for s, m in zip(status.split("|"), cseq.split("|")):
                said[key].append((int(s), m, user.split("|")[0]))
    return said, agents


def program(agent):
    """Who that is not in the plan."""
    for name in "baresip", "linphone", "sipp":
        if name in agent.lower():
            return name
    return "unknown"


def truth(said):
    """What became of the first registration of a connection."""
    asked = [s for s in said if s[0] == "REGISTER"]
    if not asked:
        return "no_register"
    finals = [s[0] for s in said if s[1] == "REGISTER" and s[0] >= 200]
    last = [s for s in finals if s not in (401, 407, 423)]
    if not finals:
        return "no_answer"
    if last:
        return "registered" if last[0] == 200 else "rejected"
    # refused, if with credentials
    return "auth_failed" if finals[-1] == 401 and len(finals) > 1 and \
        any(s[1] for s in asked) else "undecided"


def main():
    folder = sys.argv[1]
    (said, agents), meant = messages(folder), {}
    with open(os.path.join(folder, "plan.log")) as f:
        for line in f:
            own, _, model, make, cipher, case = line.split()
            meant[own] = model, make, cipher, case
    print("# SPDX-License-Identifier: Apache-2.0\n"
          "# Sizes, sides and times of TLS records, and what was inside: made "
          "by truth.py")
    servers = {"198.51.100.10": "kamailio", "198.51.100.31": "ash",
               "198.51.100.33": "box", "198.51.100.34": "bay"}
    for (client, server), c in connections(
            os.path.join(folder, "corpus.pcap")).items():
        if not all(side.sealed for side in c.sides.values()):
            continue # it got no further than its handshake
        own = "%s:%d" % client
        model = program(agents.get((client, server), ""))
        model, make, cipher, case = meant.get(
            own, (model, servers.get(server[0], "?"), None, model))
        cipher = SUITES.get((c.version, c.cipher), cipher or "other")
        print("conn %s %s:%d %d client=%s server=%s cipher=%s case=%s truth=%s"
              % (own, *server, c.start, model, make, cipher, case,
                 truth(said[client, server])))
        line = ""
        for s in c.steps:
            if len(line) + len(s) > 78:
                print(line)
                line = ""
            line += (" " if line else "") + s
        print(line)


main()
