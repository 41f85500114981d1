# SPDX-License-Identifier: Apache-2.0
"""What tests in Python tell, in the form of tests/lib/tap.sh."""

import os
import re
import sys

number = 0
failed = 0


def told(ok, name, *why):
    """One test, and where it failed, why."""
    global number, failed
    number += 1
    failed += not ok
    print("%s %d - %s" % ("ok" if ok else "not ok", number, name))
    if not ok:
        for line in why:
            print("# %s" % (line,))


def skip(name, why):
    global number
    number += 1
    print("ok %d - %s # SKIP %s" % (number, name, why))


def part(which, of):
    """Of these a part: "0/4" is each fourth from the first on; all, where it is
    none."""
    m = re.fullmatch(r"(\d+)/(\d+)", which)
    return of[int(m[1])::int(m[2])] if m else of


def share(variable, of):
    """The part that the environment asks for."""
    return part(os.environ.get(variable, ""), of)


def once():
    """As in tap.sh: ends the program where another build has run it."""
    if os.environ.get("REGSCAN_ONCE") == "no":
        print("1..0 # SKIP asked not to: run in another build")
        sys.exit(0)


def done():
    """The plan; true where a test failed."""
    print("1..%d" % number)
    return failed != 0
