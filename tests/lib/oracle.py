# SPDX-License-Identifier: Apache-2.0
"""How the oracles hold regscan against tshark: over many captures at a time."""

import concurrent.futures
import os
import shutil
import sys

import at_hand
import tap


def share():
    """Of all captures at hand the part that is asked for."""
    return tap.share("REGSCAN_ORACLE", at_hand.cases() + at_hand.real())


def run(both, check, captures=share):
    """check(*both(capture)) of each that the command line names, or else of
    captures(); true where something failed."""
    if shutil.which("tshark") is None:
        print("1..0 # SKIP tshark is not here")
        return False
    if os.environ.get("REGSCAN_ORACLE") == "no":
        print("1..0 # SKIP asked not to (a minute; once is enough)")
        return False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(both, sys.argv[1:] or captures()):
            check(*result)
    tap.told(tap.number > 0, "something was compared")
    return tap.done()
