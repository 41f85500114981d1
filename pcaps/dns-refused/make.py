#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A DNS server that refuses all that the phone asks, by a header alone."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import Resolver, SRV  # noqa: E402

c = Capture()
Resolver(c, "192.0.2.17").is_refused(
    0, "_sip._udp.example.com", SRV, (0, 0.5, 1.5, 3.5, 7.5, 11.5))
c.write()
