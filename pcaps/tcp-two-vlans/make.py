#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tcp-register of two customers, each on two VLANs, one for each direction."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import two_customers  # noqa: E402


def frame(data, customer):
    up = data[6:12] in (two_customers.PHONE, two_customers.OTHER)
    tag = (30 if customer else 10) + up
    return data[:12] + struct.pack(">HH", 0x8100, tag) + data[12:]


two_customers.write("tcp-register", frame)
