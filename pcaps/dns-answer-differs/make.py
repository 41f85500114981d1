#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones are told the address of the proxy, and a fourth one a private address, where nobody answers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import in_vain, phone_at, told_otherwise  # noqa: E402

c, fourth = told_otherwise("10.0.0.5")
in_vain(fourth, 3.1)
phone_at(c, "192.0.2.17", "2000").registers(75, 3600)
c.write()
