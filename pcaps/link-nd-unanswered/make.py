#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The router has advertised itself and is gone: the phone, which has IPv6 only, looks for it, and goes on looking."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = phone_boots()
for at in (5, 6, 7, 15, 16, 17):
    c.solicits(at, PHONE_LOCAL, ROUTER6)
c.write()
