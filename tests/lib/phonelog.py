# SPDX-License-Identifier: Apache-2.0
"""A capture's SIP messages as the phone's own log would have them.

The messages are those that tshark reads with the keys of the case.  A phone
logs what it sends before it sends it, and what it receives after it received
it; its clock may be off, and go wrong.
"""

import dataclasses
import random
import subprocess
import time


@dataclasses.dataclass
class Message:
    frame: int
    at: float
    source: str
    port: str
    peer: str
    text: str


def messages(capture, keylog=None):
    """SIP in TLS, or in clear, as tshark reads it."""
    command = ["tshark", "-n", "-r", str(capture), "-d", "tls.port==8934,sip",
               "-d", "tcp.port==5060,sip", "-Y", "sip", "-T", "fields"]
    if keylog:
        command += ["-o", f"tls.keylog_file:{keylog}"]
    for field in ("frame.number", "frame.time_epoch", "ip.src", "ip.dst",
                  "tcp.srcport", "tcp.dstport", "sip.Request-Line",
                  "sip.Status-Line", "sip.msg_hdr"):
        command += ["-e", field]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        f = line.split("\t")
        down = f[7].startswith("SIP/2.0")
        phone_port, peer_port = (f[5], f[4]) if down else (f[4], f[5])
        peer = f[2] if down else f[3]
        start = f[7] if down else f[6]
        text = start + "\r\n" + f[8].encode().decode("unicode_escape")
        yield Message(int(f[0]), float(f[1]), f[2], phone_port,
                      f"[{peer}]:{peer_port}", text)


def stamp(t):
    whole = int(t)
    return time.strftime("%b %d %H:%M:%S", time.gmtime(whole)) + \
        f".{int((t - whole) * 1e6):06d}"


def render(found, offset=0.0, drift=0.0, seed=1, drop=(), redact=None,
           jitter=0.0):
    """The log's text, and the line of each message.  drift: of a second, per
    second.  drop: indices that the log does not have.  redact: a function of
    a message's text.  jitter: of another run, in seconds."""
    rng = random.Random(seed)
    out, lines, number = [], {}, 4000
    start = found[0].at

    def line(text):
        nonlocal number
        out.append(f"{number} {text}")
        number += 1

    line(f"NOT {stamp(start + offset - 0.2)} (823-940) voice-line 1 begins")
    for i, m in enumerate(found):
        if i in drop:
            continue
        down = m.text.startswith("SIP/2.0")
        t = m.at + (0.0005 if down else -0.0003) + rng.uniform(0, 0.0002)
        t += rng.gauss(0, jitter)
        t = start + (t - start) * (1 + drift) + offset
        arrow = "<==== Recv (TCP)" if down else "=====> Send (TLS)"
        text = redact(m.text) if redact else m.text
        lines[i] = sum(x.count("\n") + 1 for x in out) + 1
        body = text.replace("\r\n", "^M\n").rstrip("\n")
        line(f"NOT {stamp(t)} (823-940) voice- {arrow} {m.peer} SIP MSG:: "
             f"{body}")
        line(f"DEB {stamp(t + 0.0001)} (823-940) voice-timer {i}")
    line(f"NOT {stamp(t + 1)} (823-940) voice-idle")
    return "\n".join(out) + "\n", lines
