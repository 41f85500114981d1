#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-register of two customers, in networks 100 and 200 of VXLAN."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import two_customers  # noqa: E402
import wraps  # noqa: E402


def frame(data, customer):
    network = struct.pack(">II", 0x08000000, (200 if customer else 100) << 8)
    return wraps.udp(4789, network + data)


two_customers.write("udp-register", frame)
