#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tls12-phone-clock, with what came before it: the phone asks for the time four times and gets no answer, and its queries say what time it has: eleven years on."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
here = pathlib.Path(__file__).resolve().parent.parent
c.packets += frames_of(here / "tls12-phone-clock" / "tls12-phone-clock.pcap")
first = c.packets[0][0]
phone = Client(c)

for before in (30, 26, 18, 2):
    at = first - before
    phone.asks(at, NTP, 123, ntp_query(at, 11 * 365 * 86400))
c.write()
