#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody brought a router along: it offers addresses of the same network with itself as the router and the name server. The phone takes the offer that came first."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
phone.says(0, DISCOVER)
phone.hears(0.005, OFFER, "192.0.2.250", "192.0.2.101",
            network("192.0.2.250", ("192.0.2.250",)), OTHER_MAC)
phone.hears(0.02, OFFER)
phone.says(0.04, REQUEST, addresses(50, "192.0.2.101")
           + addresses(54, "192.0.2.250"))
phone.hears(0.05, ACK, "192.0.2.250", "192.0.2.101",
            network("192.0.2.250", ("192.0.2.250",)), OTHER_MAC)
c.write()
