#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fifty phones that register, and three that do not, each for a reason of its own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from mixed import many, moved, packets, write  # noqa: E402

lobby = [(us, many(frame, "192.0.2.0"))
         for us, frame in packets("lobby-one-of-fifty")]
start = lobby[0][0]


def joins(case, phone, after):
    """The phone of that case, so many seconds after the start."""
    frames = list(packets(case))
    shift = start + after * 1000000 - frames[0][0]
    return [(us + shift, moved(frame, "192.0.2.17", phone))
            for us, frame in frames]


write(lobby
      + joins("tls12-register-certificate-expired", "192.0.2.201", 5)
      + joins("dhcp-provisioning-recorded", "192.0.2.202", 9))
