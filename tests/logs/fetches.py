#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches of a phone's log: lines tell of results without saying of which
transfer, and what is not known must not be told of the configuration."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.dont_write_bytecode = True
import tap  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
CONFIG = "https://config.example.net/a.xml"
OTHER = "https://xsi.example.net/profile"
RULE = f"voice-QPE:RESYNC profile=[{CONFIG} ]"
ASKS = f"voice-fapp Requesting resync {CONFIG}"
FAILED = "voice-fapp -- Resync failed: Download error"
GOOD = f"voice-fapp -- Successful resync {CONFIG}"


def sends(url):
    return f"voice-reqByCurlInternal sending http request out..., url: {url}"


def result(n):
    return ("voice-reqByCurlInternal return from http request, "
            f"[res] = {n}, cost 400 ms")


# Name; lines, perhaps of another thread; how the configuration's fetches stand,
# and how often their failure is told.
A, B = 1290, 1300
CASES = [
    ("alone", [(A, ASKS), (A, sends(CONFIG)), (A, result(60)), (A, FAILED)],
     ["failed"], 1),
    ("another one's timeout",
     [(B, sends(OTHER)), (A, RULE), (A, sends(CONFIG)), (B, result(28)),
      (A, result(0))], ["cut_off"], 0),
    ("another one's result, and a status",
     [(B, sends(OTHER)), (A, RULE), (A, sends(CONFIG)), (B, result(28)),
      (A, "HTTP/1.1 200 OK^M"), (A, result(0))], ["cut_off"], 0),
    ("another one before the phone says so",
     [(A, RULE), (A, sends(CONFIG)), (A, result(60)), (B, sends(OTHER)),
      (B, "HTTP/1.1 200 OK^M"), (B, result(0)), (A, FAILED)], ["failed"], 0),
    ("a result of nothing that was sent",
     [(A, RULE), (B, result(28)), (A, sends(CONFIG)), (A, result(0))],
     ["cut_off"], 0),
    ("a status after it failed",
     [(A, ASKS), (A, sends(CONFIG)), (A, result(28)),
      (B, "HTTP/1.1 404 Not Found^M")], ["failed"], 1),
    ("said twice",
     [(A, ASKS), (A, ASKS), (A, sends(CONFIG)), (A, result(60)), (A, FAILED),
      (A, FAILED)], ["failed"], 1),
    ("once more, and good",
     [(A, ASKS), (A, sends(CONFIG)), (A, result(7)), (A, FAILED), (A, ASKS),
      (A, sends(CONFIG)), (A, result(0)), (A, GOOD)], ["failed", "done"], 0),
    ("once more, and not known",
     [(A, ASKS), (A, sends(CONFIG)), (A, result(7)), (A, FAILED), (A, ASKS),
      (A, sends(CONFIG)), (A, result(0))], ["failed", "cut_off"], 0),
    ("by another address, and good",
     [(A, ASKS), (A, sends(CONFIG)), (A, result(7)), (A, FAILED),
      (A, "DHCP-ipaddr:192.0.2.77"), (A, "DHCP-netmask:255.255.255.0"),
      (A, ASKS), (A, sends(CONFIG)), (A, result(0)), (A, GOOD)],
     ["failed", "done"], 0),
]


def run(lines, folder):
    lines = ([(A, "DHCP-ipaddr:192.0.2.6"), (A, "DHCP-netmask:255.255.255.0")]
             + lines)
    text = "".join(
        f"{1640 + i} NOT Sep 17 22:49:{i:02}.000000 (968-{thread}) {words}\n"
        for i, (thread, words) in enumerate(lines))
    text += "1700 NOT Sep 17 22:53:40.000000 (968-1290) voice-line 1 waits\n"
    path = pathlib.Path(folder) / "a.logcat"
    path.write_text(text)
    return json.loads(subprocess.run(
        [REGSCAN, "--no-config", "--log-year", "2023", "--format", "json",
         path], stdout=subprocess.PIPE, check=False).stdout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, lines, want, told in CASES:
            report = run(lines, folder)
            states = [d["state"] for d in report["downloads"]
                      if d.get("host") == "config.example.net"]
            said = [f for f in report["findings"]
                    if f["code"] == "provisioning.download-failed"]
            tap.told(states == want and len(said) == told, name,
                     f"{states}, told {len(said)} times")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
