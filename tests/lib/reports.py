# SPDX-License-Identifier: Apache-2.0
"""A capture that comes piece by piece, and the report that is asked for after
each of them: what a run with --interval gives, without its clock."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
import time


def savefile(path):
    """Its head, and its packets with their own."""
    data = open(path, "rb").read()
    packets, at = [], 24
    while at + 16 <= len(data):
        n = 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
        packets.append(data[at:at + n])
        at += n
    return data[:24], packets


START = 1795514400  # as pcaps/made.py has it


def packets_of(capture):
    """Likewise, of a capture of pcaps/made*.py."""
    packets = []
    for at, data in sorted(capture.packets, key=lambda p: p[0]):
        us = round(at * 1000000)
        packets.append(struct.pack(
            "<4I", START + us // 1000000, us % 1000000, len(data),
            len(data)) + data)
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1), packets


def time_of(packet, first):
    """Seconds since the first one."""
    a, b = (struct.unpack("<II", p[:8]) for p in (packet, first))
    return a[0] - b[0] + (a[1] - b[1]) / 1e6


class Following:
    """regscan over a pipe."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [os.environ.get("REGSCAN", "./regscan"), "--no-config",
             "--follow", *options, "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.out = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.out.append(line)

    def give(self, data):
        """All of it is read when this returns."""
        to = self.process.stdin.fileno()
        while data:
            data = data[os.write(to, data[:1 << 15]):]
        while struct.unpack("i", fcntl.ioctl(to, termios.FIONREAD,
                                             bytes(4)))[0]:
            time.sleep(0.01)

    def report(self, ends):
        """Asks for one, and waits until `ends` lines say that one ended."""
        time.sleep(0.3)  # what was read becomes records
        self.process.send_signal(signal.SIGUSR1)
        for _ in range(1000):
            if sum(b'"event_type": "summary"' in x for x in self.out) >= ends:
                break
            time.sleep(0.01)
        time.sleep(0.05)

    def finish(self):
        self.process.stdin.close()
        self.reader.join()
        self.process.wait()


def reports(whole, cuts, *options):
    """One dictionary a report, of lists by event type; a cut is a time, in
    seconds after the first packet."""
    head, packets = whole
    r = Following("--format", "ndjson", *options)
    r.give(head)
    done = 0
    for n, cut in enumerate([*cuts, float("inf")]):
        end = sum(time_of(p, packets[0]) < cut for p in packets)
        r.give(b"".join(packets[done:end]))
        done = end
        if n < len(cuts):
            r.report(n + 1)
    r.finish()
    return split(r.out)


def split(lines):
    """By the summaries: what comes with them before they do is theirs."""
    objects = [json.loads(x) for x in lines]
    found, now = [], {}
    for o in objects:
        kind = o["event_type"]
        if kind != "finding" and "summary" in now:
            found.append(now)
            now = {}
        now.setdefault(kind, []).append(o[kind])
    return found + [now]


def phone(report, address):
    """The one of that address, of several the last one."""
    for p in reversed(report.get("phone", [])):
        if p.get("client", {}).get("address") == address \
                or address in p.get("addresses", []):
            return p
    return {}


def chain(p):
    """"link+ dhcp* dns? ...": ok, ok earlier, failed "-"; others are left."""
    marks = {"ok": "+", "failed": "-"}
    return " ".join(
        s["stage"] + ("*" if s.get("earlier") else marks[s["state"]])
        for s in p.get("chain", []) if s["state"] in marks)


def codes(report):
    return [f["code"] for f in report.get("finding", [])
            if f["severity"] != "info"]


def here():
    """The folder of the sources."""
    return os.environ.get("srcdir") or os.path.join(
        os.path.dirname(os.path.abspath(sys.argv[0])), "..", "..")
