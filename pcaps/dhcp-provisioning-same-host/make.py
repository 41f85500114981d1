#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Option 66 names the host that is the registrar, too."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import REGISTRAR, Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
url = option(66, f"http://{REGISTRAR}/prov".encode())
for at, own, hardware, fetches in ((0, "192.0.2.17", PHONE_MAC, False),
                                   (10, "192.0.2.66", OTHER_MAC, True)):
    client = Client(c, hardware)
    client.xid += at
    client.binds(at, your=own, options=network(more=url))
    Phone(c, own, own[-2:], "ExamplePhone/1.0").registers(at + 1, 600)
    if fetches:
        client.asks(at + 2, REGISTRAR, 69, own=own)
c.write()
