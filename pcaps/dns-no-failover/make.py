#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS names two servers; the phone stays with the first one, which is dead."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import in_vain, phone_at, two_servers  # noqa: E402

c, _, phone = two_servers()
phone.anew()
in_vain(phone, 40)
other = phone_at(c, "192.0.2.18", "2001")
other.registers(1, 3600)
other.registers(75, 3600)
c.write()
