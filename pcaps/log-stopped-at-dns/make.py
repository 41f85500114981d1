#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that DNS leaves alone never says SIP: its questions are all that it has
in common with its log, whose clock is 7 h 0.3 s behind.  Another phone of the same
kind is fine."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from made_boot import *  # noqa: E402, F403
from made_dns import A, SRV, Resolver, a, phone_at, srv  # noqa: E402
from made_log import Log, Names, write  # noqa: E402

SERVICE = "_sips._tcp.example.com"
c, log = Link(), Log(offset=-25200.3)
Client(c).binds(0)
log.lease(0.061, "192.0.2.17", DNS)
names = Names(c, log, "192.0.2.17")
names.asks(2.337, "time.example.org", A, [a("time.example.org", NTP)],
           [NTP])
names.retries(2.611, "config.example.net", A, 3)
names.cached(2.7, "time.example.org", NTP)
names.asks(18.443, "firmware.example.net", A,
           [a("firmware.example.net", "198.51.100.81")], ["198.51.100.81"],
           heard=False)
names.retries(31.788, SERVICE, SRV, 3)
names.retries(64.07, "config.example.net", A, 3)

other = Resolver(c, "192.0.2.18")
other.port = 52000
other.asks(20.1, "config.example.net", A,
           [a("config.example.net", "198.51.100.80")])
other.asks(21.4, SERVICE, SRV, [srv(SERVICE, 5, 5061, "sbc.example.net")])
phone_at(c, "192.0.2.18", "2001").registers(22, 3600)
c.arp(95, 1, "192.0.2.17", PHONE_MAC, ROUTER)
c.arp(95.001, 2, ROUTER, ROUTER_MAC, "192.0.2.17", PHONE_MAC)
log.line(94, "voice-line 1 waits")
write(c, log, HERE)
