#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs joined with captures that cannot be read: the truth is what the keys of
the case show, and regscan does not get them.

Of each case with keys its SIP is written as the phone's log, with a clock that
is off, runs wrong, or a log that is redacted or not whole.  The offset must be
found to 5 ms; where nothing is redacted each message must be with the frames
that carried it, and nowhere must one be with others.  Where a drift is told, it
must be right within what is told of its uncertainty; over minutes it must be
told.
"""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.dont_write_bytecode = True
import phonelog  # noqa: E402
import tap  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
CASES = HERE.parent.parent / "pcaps"
# Not: what is no registration in one kind of record (TLS 1.0 cuts them in two,
# WebSockets frame them, one has no keys at all).
NOT = {"keys-of-another", "keys-renegotiated", "keys-wss", "keys-tls10-cbc",
       "keys-client-certificate-missing", "keys-certificate-refused",
       "keys-in-pcapng", "keys-rsa", "keys-https"}


def seconds(text):
    import datetime
    whole, part = re.match(r"(.*?)(?:\.(\d+))?Z$", text).groups()
    t = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return t + float("0." + (part or "0"))


def report(folder, *files):
    r = subprocess.run([REGSCAN, "--format", "json", *files], cwd=folder,
                       capture_output=True, text=True)
    return json.loads(r.stdout), r.stderr


def placed(document, log):
    """{(cseq, request?): frame} of all transactions known from the log, and
    the lines among the frames."""
    out, lines = {}, set()
    for g in document["registrations"]:
        if g["visibility"] != "log":
            continue
        for f in g["frames"]:
            if "line" in f:
                lines.add(f["line"])
        for t in g["transactions"]:
            for key in ("request_frame", "response_frame"):
                if "frame" in t.get(key, {}):
                    out[t["branch"], key] = t[key]["frame"]
    return out, lines


def truth(found):
    out = {}
    for m in found:
        branch = re.search(r"branch=([^\s;]+)", m.text).group(1)
        down = m.text.startswith("SIP/2.0")
        out[branch, "response_frame" if down else "request_frame"] = m.frame
    return out


def joined(document):
    for f in document["coverage"]["files"]:
        if "log" in f:
            return f
    return {"log": {}}


def check(folder, case, name, found, want, lines, text, offset, whole):
    (folder / "phone.logcat").write_text(text)
    document, err = report(folder, case + ".pcap", "phone.logcat")
    f = joined(document)
    log = f["log"]
    is_joined = log.get("joined") is True
    if whole or is_joined:
        tap.told(is_joined and err == "", f"{name}: joined", log, err)
    if is_joined:
        off = seconds(f["first"]) - (found[0].at - 0.2)
        tap.told(abs(off) <= 0.005, f"{name}: the offset, within 5 ms",
                 off, log)
    tap.told("clock_drift_ppm" not in log,
             f"{name}: no drift is told of seconds", log)
    got, seen = placed(document, log)
    wrong = {k: (v, want.get(k)) for k, v in got.items()
             if want.get(k) != v}
    tap.told(not wrong, f"{name}: no message with others' frames", wrong)
    if whole:
        missing = set(want) - set(got)
        tap.told(not missing and seen == set(lines.values()),
                 f"{name}: every message with its frames and its line",
                 missing, seen ^ set(lines.values()))
    return document


def redact(text):
    text = re.sub(r"(nonce|response|cnonce)=\"[^\"]*\"", r'\1="XXX"', text)
    return re.sub(r"@example.com", "@XXXXX", text)


def case_of(folder, case):
    shutil.copy(CASES / case / (case + ".pcap"), folder)
    found = list(phonelog.messages(CASES / case / (case + ".pcap"),
                                   CASES / case / "keys.log"))
    if len(found) < 3:
        return False
    want = truth(found)
    ways = [("clock right", {}, True),
            ("7 h 0.3 s behind", {"offset": -25200.3}, True),
            ("a year ahead", {"offset": 365 * 86400 + 12.345}, True),
            ("50 ppm fast", {"offset": 4.4, "drift": 50e-6}, True),
            ("redacted", {"offset": 1.5, "redact": redact}, False),
            ("first lost", {"offset": 2.5, "drop": {0}}, False)]
    for name, how, whole in ways:
        text, lines = phonelog.render(found, **how)
        check(folder, case, f"{case}, {name}", found, want, lines, text,
              how.get("offset", 0), whole)
    return True


def drifts(folder):
    """Six registrations over four minutes."""
    shutil.copy(CASES / "log-drifts" / "log-drifts.pcap", folder)
    found = list(phonelog.messages(folder / "log-drifts.pcap",
                                   CASES / "keys-tls12-gcm" / "keys.log"))
    tap.told(len(found) == 24, "log-drifts: has messages to join", len(found))
    for ppm in (0, 5, -20, 40, -150, 300):
        text, _ = phonelog.render(found, offset=2.5, drift=ppm * 1e-6,
                                  seed=ppm + 1000)
        (folder / "phone.logcat").write_text(text)
        document, _ = report(folder, "log-drifts.pcap", "phone.logcat")
        log = joined(document)["log"]
        off = log.get("clock_drift_ppm", 1e6) - ppm
        tap.told(abs(off) <= log.get("clock_drift_uncertainty_ppm", 0) + 0.1,
                 f"log-drifts: {ppm} ppm", off, log)


def other_runs(folder):
    """The log of one run beside the capture of another one of the same script:
    real programs, whose records have equal lengths, and times that are nearly
    so.  They begin together, as phones do when the power is back; or the one
    minutes or hours before the other."""
    runs = {}
    for p in sorted(CASES.glob("keys-*")):
        if p.name not in NOT:
            shutil.copy(p / (p.name + ".pcap"), folder)
            runs[p.name] = list(phonelog.messages(
                folder / (p.name + ".pcap"), p / "keys.log"))
    for one, other in itertools.permutations(runs, 2):
        begins = runs[other][0].at - runs[one][0].at
        for later in (0.4, -240, -3600.7, 90000):
            text, _ = phonelog.render(runs[one], offset=begins + later)
            not_joined(folder, f"{one} in {other}, {later} s later",
                       other + ".pcap", text)


def not_joined(folder, name, capture, text):
    (folder / "phone.logcat").write_text(text)
    document, _ = report(folder, capture, "phone.logcat")
    log = joined(document)["log"]
    tap.told(log["joined"] is False and log["not_joined"] in
             ("unproven", "too_few", "several_offsets"),
             f"{name}: not joined, and why", log)
    got, _ = placed(document, log)
    tap.told(not got, f"{name}: no message with frames", got)


def far_off(folder):
    """A clock that is off by minutes may be one of another run, unless all fits
    as only the same one does."""
    few, many = "keys-tls12-gcm", "log-drifts"
    for case in (few, many):
        shutil.copy(CASES / case / (case + ".pcap"), folder)
        found = list(phonelog.messages(folder / (case + ".pcap"),
                                       CASES / few / "keys.log"))
        for offset in (12.345, -240, 365 * 86400 + 312.345):
            text, _ = phonelog.render(found, offset=offset)
            (folder / "phone.logcat").write_text(text)
            document, _ = report(folder, case + ".pcap", "phone.logcat")
            log = joined(document)["log"]
            tap.told(log["joined"], f"{case}, {offset} s off: joined", log)
            for seed in range(3 if abs(offset) > 20 else 0):
                text, _ = phonelog.render(found, offset=offset, jitter=0.002,
                                          seed=seed)
                not_joined(folder, f"{case}, {offset} s off, another run",
                           case + ".pcap", text)


def main():
    tap.once()
    if shutil.which("tshark") is None:
        print("1..0 # SKIP no tshark")
        return 0
    cases = sys.argv[1:] or sorted(
        p.name for p in CASES.glob("keys-*") if p.name not in NOT)
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            tap.told(case_of(pathlib.Path(folder), case),
                     f"{case}: has messages to join")
    if not sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            drifts(pathlib.Path(folder))
            other_runs(pathlib.Path(folder))
            far_off(pathlib.Path(folder))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
