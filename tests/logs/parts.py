#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One log in several files: cut in two where it was rotated, with some of it in
both as in two problem reports of one phone, or twice.  What is told must be what
the whole log tells, with the same lines."""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.dont_write_bytecode = True
import tap  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))
CASES = HERE.parent.parent / "pcaps"
LISTS = ("registrations", "lookups", "leases", "downloads", "phones",
         "findings")


def told(folder, *files):
    """All of it, with the text of a line instead of its number."""
    r = subprocess.run([REGSCAN, "--no-config", "--format", "json",
                        "--all-lookups", "--log-zone", "-07:00", *files],
                       cwd=folder, capture_output=True, text=True)
    document = json.loads(r.stdout)
    paths = [f["path"] for f in document["coverage"]["files"]]
    texts = {p: (folder / p).read_bytes().decode(errors="replace").split("\n")
             for p in paths if not p.endswith(".pcap")}

    def plain(v):
        if isinstance(v, dict) and "line" in v:
            path = paths[v["file"]] if "file" in v else list(texts)[0]
            return texts[path][v["line"] - 1]
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()
                    if k not in ("file", "id")}
        if isinstance(v, str) and re.fullmatch(r"(\w+ )?\d+-\d+", v):
            return "an id"
        return [plain(x) for x in v] if isinstance(v, list) else v

    # Findings of one severity and time are in the order of their lines.
    out = {k: sorted(map(str, plain(document.get(k, [])))) for k in LISTS}
    # How one that is cut ended is told apart, in the file that has it.
    out["resyncs"] = [(x["at"], x["from"])
                      for f in document["coverage"]["files"]
                      for x in f.get("log", {}).get("resyncs", [])
                      if "from" in x]
    return out


def begins(lines):
    """Where entries do, with a number; but where the clock is set, which shows
    by the line before, or lines are not in order of their times."""
    at = [i for i, line in enumerate(lines) if re.match(rb"\d+ [A-Z]", line)]
    date = {i: lines[i].split()[2:4] for i in at}
    time = {i: lines[i].split()[4] for i in at}
    return [i for k, i in enumerate(at) if k and date[i] == date[at[k - 1]] and
            max(time[x] for x in at[:k] if date[x] == date[i]) <=
            min(time[x] for x in at[k:] if date[x] == date[i])]


def check(folder, name, whole, *files):
    got = told(folder, *files)
    for k in whole:
        tap.told(got[k] == whole[k], f"{name}: {k}",
                 [x for x in got[k] if x not in whole[k]],
                 [x for x in whole[k] if x not in got[k]])


def case_of(folder, case, log, capture):
    lines = (CASES / case / log).read_bytes().splitlines(keepends=True)
    at = begins(lines)
    rng = random.Random(case)
    captures = [case + ".pcap"] if capture else []
    for c in captures:
        shutil.copy(CASES / case / c, folder)
    one, two = folder / "messages.0", folder / "messages"
    two.write_bytes(b"".join(lines))
    whole = told(folder, *captures, "messages")
    one.write_bytes(b"".join(lines))
    check(folder, f"{case}, twice", whole, *captures, "messages", "messages.0")
    for k in range(6):
        first, second = sorted(rng.sample(at, 2))
        one.write_bytes(b"".join(lines[:second]))
        two.write_bytes(b"".join(lines[first:]))
        check(folder, f"{case}, {first + 1}-{second} in both", whole, *captures,
              *rng.sample(["messages", "messages.0"], 2))
        two.write_bytes(b"".join(lines[second:]))
        check(folder, f"{case}, cut after {second}", whole, *captures,
              *rng.sample(["messages", "messages.0"], 2))
        two.write_bytes(b"".join(lines))
        one.write_bytes(b"".join(lines[first:second]))
        check(folder, f"{case}, {first + 1}-{second} once more", whole,
              *captures, *rng.sample(["messages", "messages.0"], 2))


def main():
    tap.once()
    for case, log, capture in (
            ("log-boot", "log-boot.logcat", False),
            ("log-resync-failed", "log-resync-failed.logcat", False),
            ("log-unresolved", "log-unresolved.logcat", False),
            ("log-stopped-at-dns", "phone.logcat", True),
            ("log-joined", "phone.logcat", True),
            ("log-drifts", "phone.logcat", True),
            ("log-fetch-captured", "phone.logcat", True)):
        with tempfile.TemporaryDirectory() as folder:
            case_of(pathlib.Path(folder), case, log, capture)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
