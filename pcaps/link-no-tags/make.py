#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-voice-vlan: no frame of the capture has a tag, so that tags may have been taken off on the way to it, and nothing can be said of VLANs."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
c.lldp(0, 120)
phone = Client(c)
for at in (1, 5, 13, 29):
    phone.says(at, DISCOVER)
c.lldp(30, 120)
c.lldp(60, 120)
c.write()
