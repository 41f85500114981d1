#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cases of pcaps/: the reports and the exit status are as expected, nothing
is on stderr, another hash seed changes nothing, and no digest response or
nonce of the capture is in a report.

	tests/cases.py [CASE...]      in a build folder; 'udp-*' is many

REGSCAN_CASES names them as well.  REGSCAN_FORMATS=json leaves the text out,
REGSCAN_FORMATS=either one of both by the case's name, REGSCAN_SEEDS=1 the other
seed.  tests/update-golden makes what is expected.
"""

import concurrent.futures
import difflib
import fnmatch
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
sys.dont_write_bytecode = True
import golden  # noqa: E402
import tap  # noqa: E402

REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))


def with_ndpi():
    if not os.path.exists("config.h"):
        return True
    with open("config.h", encoding="ascii") as f:
        return re.search(r"^#define NDPI_API", f.read(), re.M) is not None


NDPI = with_ndpi()


def comparable(text):
    """Without nDPI other traffic has no names, and only that may differ."""
    text = golden.versionless(text)
    if not NDPI:
        text = re.sub(rb'^[^\n]*"other_traffic": \[.*?\][^\n]*\n', b"", text,
                      flags=re.M | re.S)
        text = re.sub(rb'^(?:also here:|[^\n]*"unlabelled_flows")[^\n]*\n',
                      b"", text, flags=re.M)
    return text.decode("utf-8", "backslashreplace").splitlines()


def formats(name):
    wanted = os.environ.get("REGSCAN_FORMATS", "text json")
    if wanted == "either":
        return ["json" if len(name) % 2 else "text"]
    return wanted.split()


def difference(name, form, text):
    if not os.path.exists(os.path.join(golden.CASES, name,
                                       golden.EXPECTED[form])):
        return [f"none expected yet: tests/update-golden {name}"]
    want = golden.read(name, golden.EXPECTED[form])
    return list(difflib.unified_diff(comparable(want), comparable(text),
                                     "expected", "got", lineterm=""))


def one_format(name, form, secrets):
    """(what it is, why it failed) of each test."""
    text, status, err = golden.report(REGSCAN, name, form, 1)
    yield "report", difference(name, form, text)
    expected = golden.read(name, "status", b"not known").decode().strip()
    yield f"exit status {status}", (
        [] if str(status) == expected else [f"expected {expected}"])
    yield "nothing on stderr", err.decode(errors="replace").splitlines()
    if os.environ.get("REGSCAN_SEEDS") != "1":
        other, _, _ = golden.report(REGSCAN, name, form, 4242424242)
        yield "the same with another hash seed", (
            [] if other == text else difference(name, form, other) or ["not"])
    yield "no credentials", [
        line.decode(errors="replace") for line in text.splitlines()
        if any(secret in line for secret in secrets)]


def run(name):
    file = golden.capture(name)
    if file is None:
        return [(f"{name}: a capture", ["there is none"])]
    secrets = golden.credentials(os.path.join(golden.CASES, name),
                                 golden.read(name, file))
    return [(f"{name}: {form}: {what}", why) for form in formats(name)
            for what, why in one_format(name, form, secrets)]


def main():
    wanted = sys.argv[1:] or os.environ.get("REGSCAN_CASES", "*").split()
    names = [n for n in golden.names()
             if any(fnmatch.fnmatch(n, w) for w in wanted)]
    tap.told(bool(names), "there are cases", wanted)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for results in pool.map(run, names):
            for what, why in results:
                tap.told(not why, what, *why)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
