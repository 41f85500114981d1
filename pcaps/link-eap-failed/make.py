#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""802.1X: the RADIUS server does not accept the certificate of the phone, twice."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
for at in (0, 60):
    c.eap(at, 1, 1)
    c.eap(at + 0.01, 2, 1, PHONE_MAC, "01:80:c2:00:00:03")
    c.eap(at + 0.03, 1, 13)
    c.eap(at + 0.04, 2, 13, PHONE_MAC, "01:80:c2:00:00:03")
    c.eap(at + 0.2, 4, None, SWITCH_MAC, "01:80:c2:00:00:03")
c.write()
