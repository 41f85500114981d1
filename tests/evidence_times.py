#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each time that a report of pcaps/ gives for a frame is that of the packet: in
findings, and in what the text shows of an attempt."""

import datetime
import json
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS / "lib"))
import captures  # noqa: E402
import tap  # noqa: E402


def nanoseconds(text):
    """Of "2026-11-24T10:00:00.060000Z"."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(at.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def wrong(report, packets):
    """(how many times there are, [what is wrong])"""
    times, found = 0, []
    for f in report["findings"]:
        for e in f["evidence"]:
            if "at" not in e or "frame" not in e:
                continue
            times += 1
            off = nanoseconds(e["at"]) - packets[e["frame"] - 1].ns
            if not -1000 < off < 1000:  # JSON has microseconds
                found.append(f"{f['code']}: {e['what']} of frame {e['frame']} "
                             f"is {off / 1e6} ms off")
    return times, found


# "    #72    18:54:26.193  sbc > phone  401 Unauthorized"
RUNG = re.compile(r" +#(\d+) +(\d\d):(\d\d):(\d\d\.\d{3}) ")
DAY = 86400 * 10**9


def wrong_text(text, packets):
    """Likewise; the text has milliseconds."""
    times, found = 0, []
    for m in filter(None, map(RUNG.match, text.splitlines())):
        times += 1
        at = (int(m[2]) * 60 + int(m[3])) * 60 * 10**9 + round(
            float(m[4]) * 10**9)
        off = at - packets[int(m[1]) - 1].ns % DAY
        if not -1000000 < off < 1000000:
            found.append(f"text: frame {m[1]} is {off / 1e6} ms off")
    return times, found


def main():
    tap.once()
    total = 0
    for path in sorted((TESTS.parent / "pcaps").glob("*/report.json")):
        name = path.parent.name
        report = json.loads(path.read_text())
        try:
            _, packets = captures.read(path.parent / f"{name}.pcap")
        except (FileNotFoundError, ValueError):
            continue  # a log, or pcapng
        times, found = wrong(report, packets)
        in_text, more = wrong_text(
            path.with_name("report.txt").read_text(), packets)
        times += in_text
        found += more
        total += times
        if times:
            tap.told(not found, name, found)
    tap.told(total > 1500, f"{total} times in all")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
