#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a case is run, and what its report must never hold.

A case is a folder, pcaps/NAME, with NAME.pcap (or NAME.logcat, a log, or
NAME.tgz, an archive of logs); `args` (more options), `status` (the exit
status), report.txt and report.json (what is expected).  regscan runs in that
folder, so that the report names the file as NAME.pcap wherever the project
lies.

	tests/lib/golden.py CAPTURE      prints what no report may hold
"""

import glob
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.normpath(os.path.join(HERE, "..", "..", "pcaps"))
EXPECTED = {"text": "report.txt", "json": "report.json"}


def names():
    """Of what is begun as well: a README comes first, or a report."""
    return sorted({os.path.basename(os.path.dirname(path))
                   for file in ("README", *EXPECTED.values())
                   for path in glob.glob(os.path.join(CASES, "*", file))})


def read(name, file, otherwise=b""):
    path = os.path.join(CASES, name, file)
    if not os.path.exists(path):
        return otherwise
    with open(path, "rb") as f:
        return f.read()


def capture(name):
    """What regscan reads of the case; None: nothing."""
    for kind in ("pcap", "logcat", "tgz"):
        if os.path.exists(os.path.join(CASES, name, f"{name}.{kind}")):
            return f"{name}.{kind}"
    return None


def report(regscan, name, form, seed):
    """The report, the exit status, and what is on stderr."""
    env = {**os.environ, "LC_ALL": "C", "TZ": "UTC", "COLUMNS": "100",
           "REGSCAN_PROFILES": os.path.join("..", "..", "profiles")}
    env.pop("NO_COLOR", None)
    p = subprocess.run(
        [*shlex.split(env.get("REGSCAN_WRAPPER", "")), regscan, "--no-config",
         *shlex.split(env.get("REGSCAN_OPTIONS", "")), "--color", "never",
         "--hash-seed", str(seed), "--format", form,
         *read(name, "args").decode().split(), capture(name)],
        cwd=os.path.join(CASES, name), env=env, stdin=subprocess.DEVNULL,
        capture_output=True, check=False)
    return p.stdout, p.returncode, p.stderr


def versionless(text):
    """Without the program's version, the first "version" of the document."""
    return re.sub(rb'"version": *"[^"\n]*"', b'"version": "-"', text, count=1)


def credentials(folder, content):
    """Digest responses and nonces of the capture, queries and passwords of
    HTTP, and the secrets that the case brings along."""
    def lines(file):
        path = os.path.join(folder, file)
        if os.path.exists(path):
            with open(path, "rb") as f:
                yield from f.read().splitlines()
    found = [line.split()[2] for line in lines("keys.log")
             if len(line.split()) == 3]
    found += [line for line in lines("server.key") if b"-----" not in line]
    found += [m.rsplit(b"?", 1)[1] for m in
              re.findall(rb"(?:GET|HEAD) [^ \n]*[?][^ \n]+", content)]
    found += re.findall(rb"Authorization: Basic ([A-Za-z0-9+/=]+)", content)
    found += re.findall(rb'(?:response|nonce|cnonce) *= *"([^"\n]{4,})"',
                        content)
    return {secret for secret in found if secret}


def main():
    with open(sys.argv[1], "rb") as f:
        content = f.read()
    for secret in sorted(credentials(os.path.dirname(sys.argv[1]), content)):
        sys.stdout.buffer.write(secret + b"\n")


if __name__ == "__main__":
    main()
