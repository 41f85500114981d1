# SPDX-License-Identifier: Apache-2.0
"""Captures at hand: the cases of pcaps/, and real ones that are no part of the
project, where they are there."""

import glob
import os

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
FOLDER = os.environ.get(
    "REGSCAN_CAPTURES", os.path.join(TOP, "../shared/captures"))


def cases(pattern="*/*.pcap*"):
    return sorted(glob.glob(os.path.join(TOP, "pcaps", pattern)))


def real():
    return sorted(f for f in glob.glob(os.path.join(FOLDER, "*"))
                  if not f.endswith((".md", ".json")))


def named(capture):
    """Within its folder: a case is "NAME/NAME.pcap"."""
    ours = not capture.startswith(os.path.join(FOLDER, ""))
    return os.path.relpath(
        capture, os.path.join(TOP, "pcaps") if ours else FOLDER)
