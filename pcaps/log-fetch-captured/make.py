#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone fetches two files over HTTP and registers, captured in clear, and its
log, which has one file more: its clock is 7 h 0.3 s behind."""

import io
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
import phonelog  # noqa: E402
from made import ACK, FIN, START, Capture, Phone, Tcp  # noqa: E402

CAPTURE = HERE / "log-fetch-captured.pcap"
OFFSET = -25200.3
WEB = "198.51.100.80"
HEAD = ("HTTP/1.1\nHost: config.example.net\n"
        "User-Agent: Cisco-CP-8851-3PCC/12.0.2\n")


def fetch(c, at, port, path, status):
    t = Tcp(c, "192.0.2.17", port, WEB, 80)
    t.opens(at)
    for when, side, text in (
            (0.03, "phone", f"GET {path} {HEAD}\n"),
            (0.06, "server", f"HTTP/1.1 {status}\nContent-Length: 0\n\n")):
        t.says(at + when, side, text.replace("\n", "\r\n").encode())
    t.send(at + 0.1, "phone", FIN | ACK)
    t.send(at + 0.12, "server", FIN | ACK)


class Log:
    def __init__(self):
        self.number = 3000
        self.lines = []

    def line(self, at, text):
        stamp = phonelog.stamp(START + at + OFFSET)
        self.lines.append(f"{self.number} NOT {stamp} (823-940) {text}\n")
        self.number += 1

    def fetch(self, at, url, path, status, end):
        self.line(at - 0.1, f"voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 -- "
                  f"Requesting resync {url}")
        self.line(at + 0.03, f"GET {path} HTTP/1.1^M")
        self.lines += [f"{x}^M\n" for x in HEAD.splitlines()[1:]] + ["^M\n"]
        self.line(at + 0.081, f"HTTP/1.1 {status}^M")
        self.line(at + 0.09, f"voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 -- "
                  f"{end}")


c = Capture()
phone = Phone(c, "192.0.2.17", "2000", "Cisco-CP-8851-3PCC/12.0.2")
fetch(c, 1, 40001, "/phone.cfg", "404 Not Found")
fetch(c, 3, 40002, "/all.cfg", "200 OK")
phone.registers(5, 600)
sys.stdout = io.TextIOWrapper(io.BytesIO())
c.write()
CAPTURE.write_bytes(sys.stdout.buffer.getvalue())

log = Log()
for at, name, status, end in (
        (1, "phone.cfg", "404 Not Found", "Resync failed: Download error"),
        (3, "all.cfg", "200 OK",
         "Successful resync http://config.example.net/all.cfg"),
        (4, "more.cfg", "404 Not Found", "Resync failed: Download error")):
    log.fetch(at, f"http://config.example.net/{name}", f"/{name}", status, end)
sip, _ = phonelog.render(list(phonelog.messages(CAPTURE)), offset=OFFSET)
(HERE / "phone.logcat").write_text("".join(log.lines) + sip)
