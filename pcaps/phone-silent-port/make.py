#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The port of a phone that has its lease and says nothing: its LLDP shows that the
port is its own, and a computer behind the phone has packets there."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_silent import *  # noqa: E402, F403

PHONE = b"\0\x24\0\x20"  # capabilities: a telephone, and a bridge for a PC
c = wire()
phone = silent(c)
for at in range(0, 240, 30):
    c.lldp(at, 120)
    c.lldp(at + 0.5, 120, source=OTHER_MAC, capabilities=PHONE)
phone.binds(10, your=SILENT)
c.arp(10.2, 1, SILENT, OTHER_MAC, SILENT)
looks(c, 60, "192.0.2.17", PHONE_MAC, answered=False)
for at in (20, 100, 180):
    c.datagram(at, (PC, "224.0.0.251"), (5353, 5353),
               b"\0\0\0\0\0\1\0\0\0\0\0\0\4_ipp\4_tcp\5local\0\0\x0c\0\1",
               (PC_MAC, "01:00:5e:00:00:fb"), ttl=255)
busy(c, 21, 181)
c.write()
