#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones are told one address of the proxy, and a fourth one another, which works as well."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import phone_at, told_otherwise  # noqa: E402

c, fourth = told_otherwise("203.0.113.10")
fourth.registers(3.1, 3600)
phone_at(c, "192.0.2.17", "2000").registers(75, 3600)
c.write()
