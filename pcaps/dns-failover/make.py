#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS names two servers; the first one is dead, and the phone goes to the second one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import A, a, phone_at, two_servers  # noqa: E402

c, dns, _ = two_servers()
dns.asks(33, "two.example.net", A, [a("two.example.net", "198.51.100.10")])
phone = phone_at(c, "192.0.2.17", "2000")
phone.call = 2
phone.registers(33.1, 3600)
other = phone_at(c, "192.0.2.18", "2001")
other.registers(1, 3600)
other.registers(75, 3600)
c.write()
