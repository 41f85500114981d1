# SPDX-License-Identifier: Apache-2.0
"""A phone's log beside a capture that is made byte by byte: what its dnsmasq says
of the questions that made_dns puts on the wire."""

import io
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "lib"))
import phonelog  # noqa: E402
from made import START  # noqa: E402
from made_dns import A, AAAA, SRV, Resolver  # noqa: E402

TYPES = {A: "A", AAAA: "AAAA", SRV: "SRV"}


class Log:
    """Lines in the order of their times; the clock is off, and may run wrong
    (drift: of a second, per second)."""

    def __init__(self, offset=0.0, drift=0.0, number=3000):
        self.offset, self.drift, self.number = offset, drift, number
        self.lines = []

    def line(self, at, text):
        self.lines.append((at, text))

    def text(self):
        out = []
        for at, text in sorted(self.lines, key=lambda x: x[0]):
            stamp = phonelog.stamp(START + at * (1 + self.drift) + self.offset)
            out.append(f"{self.number} NOT {stamp} (823-940) {text}\n")
            self.number += 1
        return "".join(out)

    def lease(self, at, address, dns):
        """As much as is asked of it here."""
        for k, (name, value) in enumerate([
                ("hostname", "SEP00005E005317"), ("ipaddr", address),
                ("netmask", "255.255.255.0"), ("router1", "192.0.2.1"),
                ("dns1", dns)]):
            self.line(at + k * 1e-5, f"DHCP-{name}:{value}")


class Names:
    """The questions of one phone: to the capture, to its log, or to both.  A line
    is written half a millisecond before its packet is sent, or after it came,
    and the capture is so far `away`, in seconds."""

    def __init__(self, capture, log, phone, server="203.0.113.53", seed=1,
                 away=0.0):
        self.away = away
        self.resolver = Resolver(capture, phone, server)
        self.capture, self.log, self.server = capture, log, server
        self.rng = random.Random(seed)

    def _lag(self):
        return self.away + 0.0003 + self.rng.uniform(0, 0.0004)

    def say(self, at, text):
        self.log.line(at, f"dnsmasq[560]: {text}")

    def asks(self, at, name, kind, answers=None, told=(), captured=True,
             logged=True, heard=True, received=True, written=None,
             after=0.02):
        """answers: records, None for silence; told: what the log says of them,
        so long after.  Not heard: the capture lacks the answer; not received:
        the log does.  written: the name as the log has it."""
        before = len(self.capture.packets)
        self.resolver.asks(at, name, kind, answers or ())
        if answers is None or not heard:
            del self.capture.packets[before + 1:]
        if not captured:
            del self.capture.packets[before:]
        if not logged:
            return
        name = written or name
        sent = at - self._lag()
        self.say(sent - 0.00005, f"query[{TYPES[kind]}] {name} from 127.0.0.1")
        self.say(sent, f"forwarded {name} to {self.server}")
        if answers is None or not received:
            return
        for k, value in enumerate(told):
            self.say(at + after + self._lag() + k * 1e-5,
                     f"reply {name} is {value}")

    def retries(self, at, name, kind, times, every=5.0, **how):
        """In vain."""
        for k in range(times):
            self.asks(at + k * every + self.rng.uniform(0, 0.003), name, kind,
                      **how)

    def cached(self, at, name, value):
        self.say(at, f"query[A] {name} from 127.0.0.1")
        self.say(at + 0.00003, f"cached {name} is {value}")


def write(capture, log, folder):
    """NAME.pcap and phone.logcat of that folder."""
    kept, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())
    capture.write()
    data, sys.stdout = sys.stdout.buffer.getvalue(), kept
    (folder / f"{folder.name}.pcap").write_bytes(data)
    (folder / "phone.logcat").write_text(log.text())
