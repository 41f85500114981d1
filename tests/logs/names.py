#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs joined with captures by DNS names alone: the truth is the recipe.

A phone asks name servers at times that are drawn, as phones do: by timers, in
rounds, some of it in vain.  Its log is rendered with a clock that is off, or runs
wrong, or with less than the capture has, and the capture with less than the log.
The offset must be found to 5 ms, and each question be told once, with its packet
and its line, and nowhere with another's.  Where it cannot be known, nothing is
joined, and that is said.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(0, str(HERE.parent.parent / "pcaps"))
sys.dont_write_bytecode = True
import tap  # noqa: E402
from made import Capture, START  # noqa: E402
from made_dns import A, AAAA, SRV, a, aaaa, srv  # noqa: E402
from made_log import Log, Names, write  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
PHONE, OTHER = "192.0.2.17", "192.0.2.18"
SERVICE = "_sips._tcp.example.com"


class Phone(Names):
    """One that knows which packet and which line are the same question."""

    def __init__(self, capture, log, address=PHONE, **how):
        super().__init__(capture, log, address, **how)
        self.pairs = []
        self.missing = 0  # in the capture

    def asks(self, at, name, kind, *rest, captured=True, logged=True, **how):
        lines = len(self.log.lines)
        super().asks(at, name, kind, *rest, captured=captured, logged=logged,
                     **how)
        self.missing += logged and not captured
        if captured and logged and how.get("written") is None:
            self.pairs.append((at, self.log.lines[lines + 1]))

    def truth(self):
        """{frame: line} of its questions."""
        packets = sorted(at for at, _ in self.capture.packets)
        lines = sorted(self.log.lines, key=lambda x: x[0])
        return {packets.index(at) + 1: lines.index(line) + 1
                for at, line in self.pairs}


class Again(Phone):
    """By the same script once more: what a program does on its own comes at the
    same time, but for some jitter, in seconds."""

    def __init__(self, *what, jitter=0.0, **how):
        super().__init__(*what, **how)
        self.jitter = jitter
        self.noise = random.Random(99)

    def asks(self, at, *what, **how):
        super().asks(at + self.noise.gauss(0, self.jitter), *what, **how)


def boots(phone, rng, begin=0.0, lose=0.0, **how):
    """What a phone does until it gives up, and begins anew."""
    at = begin + rng.uniform(1, 4)
    for r in range(3):
        def lost():
            kind = rng.random()
            return {"captured": kind >= lose,
                    "logged": not lose <= kind < 2 * lose,
                    "heard": not 2 * lose <= kind < 5 * lose, **how}
        phone.asks(at, "time.example.org", A,
                   [a("time.example.org", "203.0.113.123")],
                   ["203.0.113.123"], **lost())
        at += rng.uniform(0.1, 3)
        for k in range(3):
            phone.asks(at + 5 * k + rng.uniform(0, 0.004),
                       f"config{r}.example.net", A, **lost())
        at += 15 + rng.uniform(0.1, 2)
        phone.asks(at, SERVICE, SRV,
                   [srv(SERVICE, 5, 5061, "sbc.example.net")],
                   ["hosted by 203.0.113.53"], **lost())
        at += 0.031
        phone.asks(at, "sbc.example.net", A,
                   [a("sbc.example.net", "198.51.100.89")], ["198.51.100.89"],
                   **lost())
        at += rng.uniform(5, 20)
    return at


def run(folder, capture, log, *more):
    write(capture, log, folder)
    r = subprocess.run([REGSCAN, "--no-config", "--format", "json",
                        "--all-lookups", *more,
                        folder.name + ".pcap", "phone.logcat"],
                       cwd=folder, capture_output=True, text=True)
    document = json.loads(r.stdout)
    found = [(k, f) for k, f in enumerate(document["coverage"]["files"])
             if "log" in f]
    return document, found[0][0], found[0][1]["log"]


def shift_of(log):
    return log["clock_shift_ms"] / 1e3 - log["zone_minutes"] * 60


def zone_of(offset):
    """What the user knows, of a clock that is about right."""
    quarters = round(offset / 900)
    return ["--log-zone", f"{'-' if quarters < 0 else '+'}"
            f"{abs(quarters) // 4:02}:{abs(quarters) % 4 * 15:02}"]


def check(name, phone, capture, log, offset, whole=True):
    with tempfile.TemporaryDirectory() as folder:
        document, number, told = run(pathlib.Path(folder), capture, log,
                                     *zone_of(offset % (365 * 86400)
                                              if offset > 0 else offset))
    tap.told(told["joined"] and told["joined_by"] == ["names"],
             f"{name}: joined by names", told)
    if not told["joined"]:
        return
    year = 365 * 86400
    off = (shift_of(told) + offset + year / 2) % year - year / 2
    tap.told(abs(off) <= 0.005, f"{name}: the offset, within 5 ms", off, told)
    truth = phone.truth()
    tap.told(told["lookups_captured"] == len(truth),
             f"{name}: as many questions as both have", told, len(truth))
    got, frames = {}, []
    for l in document["lookups"]:
        here = l["frames"]
        frames += [f["frame"] for f in here if "frame" in f]
        frames += [-f["line"] for f in here
                   if "line" in f and f["line"] in truth.values()]
        for one, two in zip(here, here[1:]):
            if one.get("frame") in truth and "line" in two:
                got[one["frame"]] = two["line"]
        if l["client"]["address"] == PHONE:
            tap.told(l["state"] == ("no_answer" if "config" in l["name"]
                                    else "answered"),
                     f"{name}: what became of {l['id']}", l)
        lines = any("line" in f for f in here)
        tap.told(l.get("visibility") == ("log" if lines else None),
                 f"{name}: visibility of {l['id']}", l)
    wrong = {k: v for k, v in got.items() if truth[k] != v}
    tap.told(not wrong, f"{name}: no packet with another's line", wrong)
    tap.told(set(got) == set(truth), f"{name}: each question with its line",
             set(truth) ^ set(got))
    tap.told(len(frames) == len(set(frames)), f"{name}: each told once",
             sorted(frames))


def joined():
    ways = [("clock right", {}), ("7 h 0.3 s behind", {"offset": -25200.3}),
            ("a year ahead", {"offset": 365 * 86400 + 2.345}),
            ("50 ppm fast", {"offset": 4.4, "drift": 50e-6}),
            ("100 ppm slow", {"offset": -3600, "drift": -100e-6})]
    for seed in range(3):
        for name, how in ways:
            rng = random.Random(seed)
            capture, log = Capture(), Log(**how)
            log.lease(0.1, PHONE, "203.0.113.53")
            phone = Phone(capture, log, seed=seed)
            end = boots(phone, rng)
            log.line(end + 5, "voice-line 1 waits")
            check(f"{name}, {seed}", phone, capture, log,
                  how.get("offset", 0))


def some_lost():
    """What the log sent and the capture lacks, nobody can tell from a clock that
    was set, or from another boot."""
    missing = []
    for seed in range(8):
        rng = random.Random(seed + 100)
        capture, log = Capture(), Log(offset=-3600.7)
        log.lease(0.1, PHONE, "203.0.113.53")
        phone = Phone(capture, log, seed=seed)
        other = Phone(capture, Log(), OTHER, seed=seed + 1)
        other.resolver.port = 52000
        boots(other, rng, 7)
        end = boots(phone, rng, lose=0.06)
        log.line(end + 5, "voice-line 1 waits")
        name = f"some of it lost, another phone beside it, {seed}"
        missing.append(phone.missing > 0)
        if phone.missing:
            not_joined(name, ("too_few",), capture, log, "--log-zone",
                       "-01:00")
        else:
            check(name, phone, capture, log, -3600.7)
    tap.told(True in missing and False in missing, "some, and not all", missing)


def drifting():
    """Where the log's clock drifts, a line is far from its packet, at both ends
    on the other side: an answer that only the log has belongs to its question."""
    for drift in (300e-6, -300e-6):
        rng = random.Random(5)
        capture, log = Capture(), Log(drift=drift)
        log.lease(0.1, PHONE, "203.0.113.53")
        phone = Phone(capture, log)
        for k in range(40):
            phone.asks(2 + 10 * k + rng.uniform(0, 5), f"n{k % 4}.example.net",
                       A, [a(f"n{k % 4}.example.net", "198.51.100.81")],
                       ["198.51.100.81"], heard=k % 2 == 0,
                       after=0.0005 if k % 2 else 0.02)
        log.line(410, "voice-line 1 waits")
        check(f"drift {drift}", phone, capture, log, 0)


def far_away():
    for seed in range(3):
        rng = random.Random(seed)
        capture, log = Capture(), Log(offset=2.2)
        log.lease(0.1, PHONE, "203.0.113.53")
        phone = Phone(capture, log, seed=seed, away=0.012)
        log.line(boots(phone, rng) + 5, "voice-line 1 waits")
        check(f"captured 12 ms from the phone, {seed}", phone, capture, log,
              2.2)


def twice():
    """The same log under two names is told once, with its lines."""
    capture, log = Capture(), Log(offset=2.2)
    log.lease(0.1, PHONE, "203.0.113.53")
    phone = Phone(capture, log)
    log.line(boots(phone, random.Random(1)) + 5, "voice-line 1 waits")
    with tempfile.TemporaryDirectory() as folder:
        write(capture, log, pathlib.Path(folder))
        messages = pathlib.Path(folder) / "messages"
        messages.write_text((messages.parent / "phone.logcat").read_text())
        document, _, told = run(messages.parent, capture, log, messages)
    lines = [f["line"] for l in document["lookups"] for f in l["frames"]
             if "line" in f]
    tap.told(set(phone.truth().values()) <= set(lines)
             and len(set(lines)) == len(lines),
             "a log that is there twice", sorted(lines), told)


def not_joined(name, why, capture, log, *more):
    with tempfile.TemporaryDirectory() as folder:
        document, number, told = run(pathlib.Path(folder), capture, log, *more)
    tap.told(told["joined"] is False and told.get("not_joined") in why,
             f"{name}: not joined, and why", told)
    mixed = [l for l in document["lookups"]
             if any("line" in f for f in l["frames"])
             and any("frame" in f for f in l["frames"])]
    tap.told(not mixed, f"{name}: nothing is put together", mixed)


def near_misses():
    # Of another boot of the same phone: names and timers are the same.
    for seed in range(8):
        rng = random.Random(seed)
        capture, log = Capture(), Log(offset=rng.uniform(-1e6, 1e6))
        log.lease(0.1, PHONE, "203.0.113.53")
        boots(Phone(capture, Log(), seed=seed), rng)
        end = boots(Phone(Capture(), log, seed=seed), rng)
        log.line(end + 5, "voice-line 1 waits")
        not_joined(f"another boot, {seed}", ("too_few", "several_offsets"),
                   capture, log)
    # Of yesterday, by one script at one time of the day; and of a phone that was
    # not captured, and does not tell its address.
    for seed in range(4):
        for own, why, offset in ((PHONE, "unproven", -86400),
                                 (None, "unproven", 0)):
            capture, log = Capture(), Log(offset=offset)
            if own:
                log.lease(0.1, own, "203.0.113.53")
            boots(Phone(capture, Log(), seed=seed), random.Random(seed))
            end = boots(Phone(Capture(), log, seed=seed), random.Random(seed))
            log.line(end + 5, "voice-line 1 waits")
            for zone in ((), ("--log-zone", "+00:00")):
                not_joined(f"one script, {own}, {zone}, {seed}", (why,),
                           capture, log, *zone)
    # It starts twice within minutes; one of them is in the log, and the other is
    # in the capture.
    for later in (-14 * 60, -240.5, -31, 65, 600):
        for jitter in (0, 0.0002, 0.002, 0.02):
            capture, log = Capture(), Log(offset=later)
            log.lease(0.1, PHONE, "203.0.113.53")
            boots(Phone(capture, Log()), random.Random(4))
            end = boots(Again(Capture(), log, jitter=jitter), random.Random(4))
            log.line(end + 5, "voice-line 1 waits")
            not_joined(f"started again, {later} s, jitter {jitter}",
                       ("unproven", "too_few"), capture, log,
                       "--log-zone", "+00:00")
    # The clock is set on the way, by less or more than the log shows.
    for by in (3.7, 37.2, 3600, -37.2):
        capture, early = Capture(), Log(offset=-by)
        early.lease(0.1, PHONE, "203.0.113.53")
        first = Phone(capture, early)
        for k, at in enumerate((1.337, 2.9, 4.41)):
            first.asks(at, f"first{k}.example.net", A,
                       [a(f"first{k}.example.net", "198.51.100.7")],
                       ["198.51.100.7"])
        late = Log(number=3000 + len(early.lines))
        phone = Phone(capture, late, seed=2)
        phone.resolver.port = 45000
        late.line(boots(phone, random.Random(3), 5) + 5, "voice-line 1 waits")
        both = early.text() + late.text()
        early.text = lambda: both
        not_joined(f"its clock is set by {by} s", ("too_few",), capture, early,
                   "--log-zone", "+00:00")
    # Ten of a kind at once, and the log does not tell whose it is.
    for seed in range(3):
        capture, log = Capture(), Log(offset=1)
        for k in range(10):
            phone = Phone(capture, log if k == 4 else Log(),
                          f"192.0.2.{17 + k}", seed=k)
            phone.resolver.port += 1000 * k
            boots(phone, random.Random(seed), 0.3 * k)
        log.line(-1, "voice-line 1 begins")
        log.line(150, "voice-line 1 waits")
        not_joined(f"ten of a kind, {seed}", ("several_clients",), capture, log)
    # One name, every thirty seconds.
    capture, log = Capture(), Log(offset=0.2)
    log.lease(0.1, PHONE, "203.0.113.53")
    phone = Phone(capture, log)
    for k in range(12):
        phone.asks(10 + 30 * k, "sbc.example.net", A, captured=k > 2,
                   logged=k < 9)
    not_joined("one name, each half a minute", ("several_offsets",), capture,
               log)
    # Somebody has written over all names.
    capture, log = Capture(), Log(offset=0.2)
    log.lease(0.1, PHONE, "203.0.113.53")
    phone = Phone(capture, log)
    boots(phone, random.Random(1), written="XXXXX")
    not_joined("written over", ("no_match",), capture, log)


def two_types():
    """A and AAAA are asked at once: each has its own answer, in a log alone."""
    for first in (A, AAAA):
        for alias in (False, True):
            log = Log()
            log.lease(0.1, PHONE, "203.0.113.53")
            for kind in ("A", "AAAA"):
                log.line(2, f"dnsmasq[560]: query[{kind}] sbc.example.net from "
                         "127.0.0.1")
                log.line(2, "dnsmasq[560]: forwarded sbc.example.net to "
                         "203.0.113.53")
            values = ["198.51.100.89", "2001:db8::89"]
            for k, value in enumerate(values if first == A else values[::-1]):
                at = 2.02 + k / 100
                if alias:
                    log.line(at, "dnsmasq[560]: reply sbc.example.net is "
                             "<CNAME>")
                host = "one.example.org" if alias else "sbc.example.net"
                log.line(at, f"dnsmasq[560]: reply {host} is {value}")
            log.line(60, "voice-line 1 waits")
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "phone.logcat"
                path.write_text(log.text())
                r = subprocess.run([REGSCAN, "--no-config", "--format", "json",
                                    path], capture_output=True, text=True)
            got = {(l["type"], l["state"],
                    l["answers"][-1].get("address") if l["answers"] else None)
                   for l in json.loads(r.stdout)["lookups"]}
            tap.told(got == {("A", "answered", values[0]),
                             ("AAAA", "answered", values[1])},
                     f"A and AAAA at once, {first} first, alias {alias}", got)


def main():
    tap.once()
    joined()
    some_lost()
    drifting()
    far_away()
    twice()
    near_misses()
    two_types()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
